// The cart changes in place: a button of its form is sent by fetch, and the part that comes back takes the old one's
// place. Without this file, and whenever anything goes wrong, the form is sent as forms are.

const says = document.getElementById("cart-says");

function send(form, button) {
  const body = new FormData(form, button);
  return fetch(form.action, { method: "POST", body, headers: { "X-Part": "cart" }, credentials: "same-origin" });
}

/** What the person was at keeps the focus, by id or by name and value; else the same kind of button next to it. */
function focusAgain(held) {
  const same = held.id
    ? document.getElementById(held.id)
    : document.querySelector(`#cart button[name="${held.name}"][value="${CSS.escape(held.value)}"]`);
  const target = same ?? document.querySelector("#cart .undo button") ?? document.querySelector("#cart a, #cart button:not([tabindex])");
  target?.focus({ preventScroll: Boolean(same) });
}

function swap(html, held) {
  const parsed = new DOMParser().parseFromString(html, "text/html").getElementById("cart");
  if (!parsed) throw new Error("The answer has no cart.");
  const fresh = document.importNode(parsed, true);
  document.getElementById("cart").replaceWith(fresh);
  focusAgain(held);
  says.textContent = fresh.dataset.says;
  const link = document.querySelector('.links a[href="/cart"]');
  if (link) count(link, Number(fresh.dataset.units), fresh.dataset.unitsText);
}

function count(link, units, text) {
  link.querySelectorAll(".count, .count ~ .hidden").forEach((old) => old.remove());
  if (!units) return;
  const badge = Object.assign(document.createElement("span"), { className: "count", textContent: units });
  const spoken = Object.assign(document.createElement("span"), { className: "hidden", textContent: ` ${text}` });
  link.append(badge, spoken);
}

async function change(form, button, held) {
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await send(form, button);
    if (!answer.ok) throw new Error(String(answer.status));
    swap(await answer.text(), held);
  } catch {
    form.requestSubmit(form.querySelector("[name=update]")); // plainly: the page says what is wrong
  }
}

let plain = false;
document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (form.id !== "cart" || button?.name === "checkout" || plain) return;
  event.preventDefault();
  plain = form.hasAttribute("aria-busy"); // the second try of a change that failed goes the plain way
  if (plain) return form.submit();
  change(form, button, { id: button?.id, name: button?.name ?? "", value: button?.value ?? "" });
});

document.addEventListener("change", (event) => {
  const field = event.target;
  const form = field.closest?.("#cart");
  if (!form || !field.matches("input, select") || !field.reportValidity()) return;
  change(form, form.querySelector("[name=update]"), { id: field.id });
});

document.documentElement.classList.add("scripted");
