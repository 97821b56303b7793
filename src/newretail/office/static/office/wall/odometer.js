// Wheels of digits that roll. The last wheel turns smoothly; each other one turns while the wheel before passes nine.

const WHEEL = "0123456789012";

export class Odometer {
  constructor(box, calm) {
    this.box = box;
    this.calm = calm; // reduced motion: digits change, nothing rolls
    this.shown = 0;
    this.target = 0;
    this.shape = "";
    this.wheels = [];
    this.text = document.createElement("span");
    this.text.className = "unseen";
  }

  /** Aim at a value; `format` writes a number with its currency, and its digits become wheels. */
  aim(value, format, jump = false) {
    this.target = value;
    if (jump || value < this.shown) this.shown = value;
    this.format = format;
  }

  frame(seconds) {
    if (!this.format) return;
    const gap = this.target - this.shown;
    this.shown = this.calm || gap < 0.5 ? this.target : this.shown + gap * Math.min(1, seconds * 3);
    const text = this.format(Math.floor(this.shown));
    const shape = text.replace(/\d/g, "0");
    if (shape !== this.shape) this.build(shape);
    if (this.calm) this.calmly(text);
    else this.roll();
  }

  build(shape) {
    this.shape = shape;
    this.wheels = [];
    const parts = [...shape].map((sign) => {
      const part = document.createElement("span");
      part.setAttribute("aria-hidden", "true");
      if (sign !== "0") {
        part.className = /[.,\s]/.test(sign) ? "mark" : "sign";
        part.textContent = sign;
        return part;
      }
      part.className = "wheel";
      const strip = document.createElement("span");
      strip.textContent = this.calm ? "0" : [...WHEEL].join("\n");
      part.append(strip);
      this.wheels.unshift(strip); // the last digit first
      return part;
    });
    this.box.replaceChildren(this.text, ...parts);
    this.fit();
  }

  /** As large as the room allows. */
  fit() {
    const room = this.box.parentElement;
    this.box.style.fontSize = "100px";
    const width = [...this.box.children].slice(1).reduce((sum, part) => sum + part.getBoundingClientRect().width, 0);
    const size = Math.min((room.clientWidth * 0.96 * 100) / Math.max(width, 1), window.innerHeight * 0.46);
    this.box.style.fontSize = `${size}px`;
  }

  calmly(text) {
    const digits = text.replace(/\D/g, "");
    this.wheels.forEach((strip, at) => {
      const digit = digits[digits.length - 1 - at];
      if (strip.textContent !== digit) strip.textContent = digit;
    });
  }

  roll() {
    let value = this.shown;
    let carry = 0;
    for (const strip of this.wheels) {
      const position = (value % 10) + carry;
      strip.style.transform = `translateY(${(-position / WHEEL.length) * 100}%)`;
      carry = Math.max(0, position - 9); // while a wheel goes from nine to ten, the next one moves with it
      value = Math.floor(value / 10);
    }
  }

  say(text) {
    this.text.textContent = text;
  }
}
