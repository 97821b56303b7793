// The search field as a combobox (WAI-ARIA 1.2): a list of suggestions below it. Without this file it is a plain form.

const WAIT = 120; // ms after the last key
const KEPT = 50; // answers

export function attach(form) {
  const field = form.querySelector("input[type=search]");
  const list = document.createElement("div");
  const said = document.createElement("div");
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.label);
  said.className = "hidden";
  said.setAttribute("role", "status");
  form.append(list, said);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    "aria-haspopup": "listbox", autocapitalize: "off", spellcheck: "false",
  })) field.setAttribute(name, value);

  const answers = new Map();
  let timer = 0;
  let asking = null;
  let active = -1;
  let written = field.value; // by the person, not by walking through the list
  let composing = false;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark(at) {
    const all = options();
    all[active]?.setAttribute("aria-selected", "false");
    active = at;
    const chosen = all[active];
    if (!chosen) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen.id);
  }

  function show(answer, words) {
    list.replaceChildren();
    active = -1;
    field.removeAttribute("aria-activedescendant");
    if (answer.note) list.append(made("p", "note", answer.note));
    let number = 0;
    answer.groups.forEach((group, at) => {
      const box = made("div", "");
      const name = made("p", "name", group.label);
      name.id = `suggestions-${at}`;
      box.setAttribute("role", "group");
      box.setAttribute("aria-labelledby", name.id);
      box.append(name, ...group.options.map((option) => row(option, words, number++)));
      list.append(box);
    });
    const any = number > 0;
    list.hidden = !any;
    field.setAttribute("aria-expanded", String(any));
    said.textContent = answer.said;
  }

  async function ask() {
    const words = field.value.trim().replace(/\s+/g, " ");
    if (!words) return close();
    asking?.abort();
    const known = answers.get(words);
    if (known) return show(known, words);
    const mine = (asking = new AbortController());
    try {
      const response = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(words)}`, { signal: mine.signal });
      if (!response.ok) return close();
      const answer = await response.json();
      if (answers.size >= KEPT) answers.clear();
      answers.set(words, answer);
      if (mine === asking && document.activeElement === field) show(answer, words);
    } catch (error) {
      if (error.name !== "AbortError") close(); // no network: the form still works
    }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  }

  field.addEventListener("compositionstart", () => { composing = true; });
  field.addEventListener("compositionend", () => { composing = false; written = field.value; soon(); });
  field.addEventListener("input", () => {
    written = field.value;
    // Korean is composed syllable by syllable and means something all the while; pinyin on its way to a sign does not.
    if (!composing || /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]$/.test(field.value)) soon();
  });
  field.addEventListener("focus", () => { if (field.value.trim() && field.value !== field.defaultValue) soon(); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter and arrows belong to the input method
    const count = options().length;
    const open = !list.hidden;
    if (event.key === "Escape" && open) {
      event.preventDefault(); // the first one closes the list, the next one empties the field
      field.value = written;
      close();
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      options()[active].click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey) {
      event.preventDefault();
      if (!open) return void ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(active < 0 && step < 0 ? count - 1 : active + step >= count || active + step < -1 ? -1 : active + step);
    } else if (event.key === "Tab") {
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  document.addEventListener("pointerdown", (event) => { if (!form.contains(event.target)) close(); });
  form.addEventListener("focusout", (event) => { if (event.relatedTarget && !form.contains(event.relatedTarget)) close(); });
  window.addEventListener("pageshow", close); // also when somebody comes back to the page
}

function made(kind, className, text = "") {
  const element = document.createElement(kind);
  element.className = className;
  element.textContent = text;
  return element;
}

function row(option, words, number) {
  const link = made("a", "");
  link.id = `suggestion-${number}`;
  link.href = option.to;
  link.tabIndex = -1;
  link.setAttribute("role", "option");
  link.setAttribute("aria-selected", "false");
  if (option.picture) {
    const picture = document.createElement("img");
    Object.assign(picture, { src: option.picture, alt: "", width: 40, height: 40 });
    link.append(picture);
  }
  const text = made("span", "text");
  text.append(...marked(option.text, words));
  link.append(text);
  if (option.more) link.append(made("span", "more", option.more));
  return link;
}

// What was written is thin and what it would become is strong, as people are used to.
function marked(text, words) {
  const at = text.toLocaleLowerCase().indexOf(words.toLocaleLowerCase());
  if (at < 0) return [text];
  return [made("b", "", text.slice(0, at)), text.slice(at, at + words.length), made("b", "", text.slice(at + words.length))];
}

document.querySelectorAll("form[data-suggest]").forEach(attach);
