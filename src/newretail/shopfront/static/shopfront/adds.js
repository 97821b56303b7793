// Puts a product into the cart in place, so that whoever looks at a shelf stays where they are. Without this file, and
// whenever anything goes wrong, the form is sent as forms are.

const said = document.createElement("div");
said.className = "toast";
said.setAttribute("role", "status");
document.body.append(said);
let timer = 0;

function count(units, text) {
  const link = document.querySelector(".to-cart");
  link.querySelectorAll(".count, .count ~ .hidden").forEach((old) => old.remove());
  link.append(
    Object.assign(document.createElement("span"), { className: "count", textContent: units }),
    Object.assign(document.createElement("span"), { className: "hidden", textContent: ` ${text}` }),
  );
}

function say(part) {
  clearTimeout(timer);
  said.replaceChildren(...part.childNodes);
  timer = setTimeout(() => said.replaceChildren(), 8000);
}

async function add(form, button) {
  button.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, {
    method: "POST", body: new FormData(form, button), headers: { "X-Part": "added" }, credentials: "same-origin",
  });
  if (answer.status !== 200 || answer.redirected) throw new Error(String(answer.status));
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-units]");
  count(part.dataset.units, part.dataset.unitsText);
  say(part);
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (!button || !form.matches(".adds, .buybox") || form.dataset.plain) return;
  event.preventDefault();
  if (button.getAttribute("aria-busy")) return;
  add(form, button)
    .catch(() => {
      form.dataset.plain = "yes"; // the page that comes says what is wrong
      form.requestSubmit(button);
    })
    .finally(() => button.removeAttribute("aria-busy"));
});
