// While somebody fills the form in: what they leave is checked by the server's own rules, and all of it is kept there.
// A field complains only after it was left; it is praised never, but its complaint goes as soon as it is right.

const form = document.getElementById("checkout");
const left = new Set();
const toPay = document.getElementById("to-pay");
let timer = 0;
let asked = 0;

function errorOf(field) {
  return document.getElementById(`${field.id}-error1`);
}

function describe(field, id, add) {
  const ids = new Set((field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (add) ids.add(id);
  else ids.delete(id);
  if (ids.size) field.setAttribute("aria-describedby", [...ids].join(" "));
  else field.removeAttribute("aria-describedby");
}

function complain(field, text) {
  const box = field.closest(".field");
  if (!box) return;
  const id = `${field.id}-error1`;
  let shown = errorOf(field);
  if (!shown) {
    shown = Object.assign(document.createElement("div"), { className: "wrong", id });
    field.before(shown);
  }
  if (shown.textContent !== text) shown.textContent = text;
  box.classList.add("has-error");
  field.setAttribute("aria-invalid", "true");
  describe(field, id, true);
}

function relent(field) {
  const shown = errorOf(field);
  if (!shown) return;
  shown.remove();
  field.closest(".field")?.classList.remove("has-error");
  field.removeAttribute("aria-invalid");
  describe(field, `${field.id}-error1`, false);
}

async function check() {
  const turn = ++asked;
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    if (!answer.ok || turn !== asked) return;
    const { errors, pay } = await answer.json();
    if (toPay && toPay.innerHTML.trim() !== pay.trim()) toPay.innerHTML = pay;
    for (const id of left) {
      const field = document.getElementById(id);
      if (!field) continue;
      if (errors[id]) complain(field, errors[id][0]);
      else relent(field);
    }
  } catch {
    // No line: the form says what is wrong when it is sent.
  }
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(check, milliseconds);
}

form.addEventListener("focusout", ({ target }) => {
  if (!target.matches("input:not([type=radio], [type=checkbox], [type=hidden])")) return;
  if (target.value || errorOf(target)) left.add(target.id);
  later(150);
});
form.addEventListener("input", ({ target }) => later(left.has(target.id) ? 300 : 1500));
form.addEventListener("change", ({ target }) => {
  if (target.name?.startsWith("pay_")) later(0);
});
form.addEventListener("submit", () => clearTimeout(timer));

for (const field of form.querySelectorAll("[aria-invalid=true]")) left.add(field.id);
document.querySelector("#errors:not([hidden])")?.focus();
