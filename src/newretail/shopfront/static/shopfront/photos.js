// Photos are seen before they are sent. Without this module the browser names the chosen files itself.

const input = document.getElementById("id_photos");
const chosen = document.getElementById("chosen");

input.addEventListener("change", () => {
  chosen.replaceChildren(...[...input.files].slice(0, 8).map(file => {
    const image = new Image();
    image.alt = file.name;
    const reader = new FileReader();
    reader.addEventListener("load", () => { image.src = reader.result; }); // data: is what the page's policy lets in
    reader.readAsDataURL(file);
    return image;
  }));
  chosen.hidden = !input.files.length;
});
