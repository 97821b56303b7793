// Which scene is on: by itself one after the other, or by keys, dots and swipes.

const STAY_MS = 14_000;

export class Stage {
  constructor(names, dots, chosen) {
    this.scenes = names.map((name) => document.getElementById(name));
    this.dots = dots;
    this.left = new Set(); // scenes that have nothing to show now
    this.at = Math.max(0, names.indexOf(chosen));
    this.paused = names.includes(chosen);
    this.changed = () => {};
    dots.forEach((dot, at) => dot.addEventListener("click", () => this.show(at)));
    addEventListener("keydown", (event) => this.key(event));
    this.swipes();
    this.show(this.at);
    setInterval(() => this.paused || document.hidden || performance.now() - this.since < STAY_MS || this.turn(1), 500);
  }

  get name() {
    return this.scenes[this.at].id;
  }

  show(at) {
    this.at = at;
    this.since = performance.now();
    this.scenes.forEach((scene, place) => scene.classList.toggle("on", place === at));
    this.dots.forEach((dot, place) => (place === at ? dot.setAttribute("aria-current", "true") : dot.removeAttribute("aria-current")));
    this.changed(this.name);
  }

  turn(step) {
    let at = this.at;
    do at = (at + step + this.scenes.length) % this.scenes.length;
    while (this.left.has(this.scenes[at].id) && at !== this.at);
    this.show(at);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowRight" || event.key === "PageDown") this.turn(1);
    else if (event.key === "ArrowLeft" || event.key === "PageUp") this.turn(-1);
    else if (/^[1-9]$/.test(event.key) && this.scenes[event.key - 1]) this.show(event.key - 1);
    else if (event.key === " " && event.target.tagName !== "BUTTON") this.pause();
    else if (event.key.toLowerCase() === "f") document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    else return;
    event.preventDefault();
  }

  pause() {
    this.paused = !this.paused;
    this.since = performance.now();
    document.body.classList.toggle("paused", this.paused);
  }

  swipes() {
    let from = null;
    addEventListener("pointerdown", (event) => (from = event.clientX));
    addEventListener("pointerup", (event) => {
      const moved = from === null ? 0 : event.clientX - from;
      from = null;
      if (Math.abs(moved) > 60) this.turn(moved < 0 ? 1 : -1);
    });
  }
}
