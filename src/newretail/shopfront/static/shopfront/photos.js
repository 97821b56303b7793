// Photos are made smaller and seen before they are sent. Without this module they are sent as they are.

import { shrinkFiles } from "../shrink.js";

const input = document.getElementById("id_photos");
const chosen = document.getElementById("chosen");
const send = input.form.querySelector("button.main");

async function take() {
  send.disabled = true; // a moment: what is sent is what is seen
  await shrinkFiles(input);
  send.disabled = false;
  chosen.replaceChildren(...[...input.files].map(file => {
    const image = new Image();
    image.alt = file.name;
    const reader = new FileReader();
    reader.addEventListener("load", () => { image.src = reader.result; }); // data: is what the page's policy lets in
    reader.readAsDataURL(file);
    return image;
  }));
  chosen.hidden = !input.files.length;
}

input.addEventListener("change", take);
if (input.files.length) take(); // chosen before this module was there
