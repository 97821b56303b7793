// Where to look: click on the picture, or move the marker with the arrow keys; the two number fields say the same and
// are what is sent. Files can be dropped anywhere on the panel, and are made smaller before they are sent.

import { shrinkFiles } from "../../shrink.js";

function aim(card) {
  const [box, x, y, cutout] = ["[data-aim]", "[data-x]", "[data-y]", ".cutout"].map(name => card.querySelector(name));
  const image = box.querySelector("img");
  const marker = box.querySelector(".marker");
  const clamp = value => Math.min(100, Math.max(0, Math.round(value) || 0));

  const draw = () => {
    const [left, top] = [clamp(x.valueAsNumber), clamp(y.valueAsNumber)];
    marker.style.insetBlockStart = `${top}%`;
    marker.style.left = `${left}%`; // of the picture, whose left is left in every language
    const { naturalWidth: width, naturalHeight: height } = image;
    const side = Math.min(width, height);
    const share = (length, at) => length === side ? 50
      : 100 * Math.min(Math.max(0, length * at / 100 - side / 2), length - side) / (length - side);
    cutout.firstElementChild.style.objectPosition = `${share(width, left)}% ${share(height, top)}%`;
  };
  const set = (left, top) => { x.value = clamp(left); y.value = clamp(top); draw(); };

  image.addEventListener("click", event => {
    const place = image.getBoundingClientRect();
    set(100 * (event.clientX - place.left) / place.width, 100 * (event.clientY - place.top) / place.height);
  });
  marker.addEventListener("keydown", event => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const step = event.shiftKey ? 10 : 1;
    set(x.valueAsNumber + step * move[0], y.valueAsNumber + step * move[1]);
  });
  for (const field of [x, y]) field.addEventListener("input", draw);
  image.addEventListener("load", draw);
  box.classList.add("live");
  marker.hidden = cutout.hidden = false;
  draw();
}

for (const card of document.querySelectorAll(".cards > li")) aim(card);

const form = document.querySelector("[data-pictures]");
const drop = form.querySelector(".drop");
const files = form.elements.files;
const upload = form.elements.upload;

async function shrink() {
  upload.disabled = true;
  await shrinkFiles(files);
  upload.disabled = false;
}

files.addEventListener("change", shrink);
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, async event => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    await shrink();
    upload.click();
  });
}
