// The command palette (Ctrl-K): a combobox in a dialog over what /office/find knows; and the keys of the office.
const dialog = document.getElementById("palette");
const input = dialog.querySelector("input");
const list = document.getElementById("palette-found");
const status = dialog.querySelector("[role=status]");
const keys = document.getElementById("shortcuts");
const GO = { o: "/office/orders", p: "/office/products", f: "/office/finance/", s: "/office/stock", t: "/office/" };
const WAIT_MS = 120;

let found = [];
let chosen = -1;
let asked = 0;
let timer = 0;

function choose(place) {
  chosen = found.length ? (place + found.length) % found.length : -1;
  for (const [index, option] of [...list.children].entries()) {
    option.setAttribute("aria-selected", String(index === chosen));
    if (index === chosen) option.scrollIntoView({ block: "nearest" });
  }
  if (chosen >= 0) input.setAttribute("aria-activedescendant", list.children[chosen].id);
  else input.removeAttribute("aria-activedescendant");
}

function show(hits) {
  found = hits;
  list.replaceChildren(
    ...hits.map((hit, index) => {
      const option = document.createElement("div");
      option.id = `hit-${index}`;
      option.role = "option";
      const label = document.createElement("span");
      label.textContent = hit.label;
      const kind = document.createElement("small");
      kind.textContent = hit.kind;
      option.append(label, kind);
      option.addEventListener("click", () => location.assign(hit.href));
      return option;
    }),
  );
  status.textContent = hits.length ? "" : dialog.dataset.none;
  choose(0);
}

async function ask() {
  const mine = ++asked;
  const words = new URLSearchParams({ q: input.value, format: "json" });
  try {
    const answer = await fetch(`${dialog.dataset.url}?${words}`);
    const hits = (await answer.json()).found;
    if (mine === asked) show(hits); // an older answer that comes late is not shown
  } catch {
    if (mine === asked) show([]);
  }
}

function open() {
  if (dialog.open) return;
  dialog.showModal();
  input.value = "";
  ask();
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
});
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // a Korean or Chinese word is still being written
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(chosen + step);
  else if (event.key === "Home" && event.ctrlKey) choose(0);
  else if (event.key === "End" && event.ctrlKey) choose(found.length - 1);
  else if (event.key === "Enter" && chosen >= 0) location.assign(found[chosen].href);
  else return;
  event.preventDefault();
});
for (const box of [dialog, keys]) {
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close(); // a click beside it
  });
}
document.querySelector(".palette-open").addEventListener("click", (event) => {
  event.preventDefault();
  open();
});

let after = "";
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return open();
  }
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || dialog.open || keys.open) return;
  if (event.key === "?") keys.showModal();
  else if (event.key === "/") {
    const search = document.querySelector("main input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (after === "g" && GO[event.key]) location.assign(GO[event.key]);
  after = event.key;
});
