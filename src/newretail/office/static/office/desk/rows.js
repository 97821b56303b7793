// Lists by keyboard: J and K go down and up (the row's link is focused, so Enter opens it), X ticks. Without it, Tab.
const rows = [...document.querySelectorAll("main .listed tbody tr")].filter((row) => row.querySelector("th a"));
let at = -1;

function go(place) {
  at = Math.min(Math.max(0, place), rows.length - 1);
  const link = rows[at].querySelector("th a");
  link.focus();
  link.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  if (!rows.length || typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const inside = rows.indexOf(event.target.closest("tr"));
  if (inside >= 0) at = inside;
  if (event.key === "j") go(at + 1);
  else if (event.key === "k") go(at - 1);
  else if (event.key === "x" && at >= 0) {
    const tick = rows[at].querySelector(".pick input");
    if (tick) tick.checked = !tick.checked;
  } else return;
  event.preventDefault();
});
