// The queue by keyboard: J and K go down and up, X ticks, P publishes, R opens the reasons. Without it, tab and buttons.

const form = document.querySelector("[data-queue]");
if (form) {
  const entries = [...form.querySelectorAll(".entry")];
  const all = form.querySelector("[data-all]");
  const ticks = [...form.querySelectorAll("input[name=voice]")];
  let at = -1;
  document.querySelector(".keys").hidden = false;
  all.hidden = false;
  all.addEventListener("change", () => { for (const tick of ticks) tick.checked = all.checked; });

  const go = number => {
    at = Math.min(Math.max(0, number), entries.length - 1);
    entries[at].focus();
    entries[at].scrollIntoView({ block: "nearest" });
  };
  const actions = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    x: entry => { const tick = entry.querySelector("input[name=voice]"); tick.checked = !tick.checked; },
    p: entry => entry.querySelector("button[name=publish]")?.click(),
    r: entry => {
      const reasons = entry.querySelector("[data-reasons]");
      if (!reasons) return;
      reasons.open = true;
      reasons.querySelector("select").focus();
    },
  };
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const inside = entries.indexOf(event.target.closest(".entry"));
    if (inside >= 0) at = inside;
    const act = actions[event.key.toLowerCase()];
    if (!act || (at < 0 && !"jk".includes(event.key.toLowerCase()))) return;
    event.preventDefault();
    act(entries[at]);
  });
}
