// Pictures looked at closely: thumbnails move the frames without moving the page, a picture opens large in a dialog.
// Without this module thumbnails are links to the pictures on the page, and each picture is a link to itself.

const dialog = document.querySelector("dialog.zoom");
const image = dialog.querySelector("img");
const stage = dialog.querySelector(".stage");
const caption = dialog.querySelector(".caption");
const larger = dialog.querySelector("[data-larger]");
let links = [];
let at = 0;

function enlarge(on) {
  dialog.classList.toggle("larger", on);
  larger.setAttribute("aria-pressed", String(on));
  if (on) stage.scrollTo(stage.scrollWidth / 4, stage.scrollHeight / 4);
}

function show(number) {
  at = (number + links.length) % links.length;
  const shown = links[at].querySelector("img");
  image.src = links[at].href;
  image.alt = shown.alt;
  caption.textContent = `${shown.alt} ${links.length > 1 ? `(${at + 1}/${links.length})` : ""}`.trim();
  enlarge(false);
}

document.addEventListener("click", event => {
  const link = event.target.closest(".frame, .photos a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  links = [...link.closest("[data-gallery]").querySelectorAll(".frame, .photos a")];
  dialog.classList.toggle("single", links.length < 2);
  show(links.indexOf(link));
  dialog.showModal();
});

for (const button of dialog.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => show(at + Number(button.dataset.step)));
}
larger.addEventListener("click", () => enlarge(!dialog.classList.contains("larger")));
stage.addEventListener("click", () => enlarge(!dialog.classList.contains("larger")));
dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener("close", () => { image.removeAttribute("src"); links[at]?.focus(); });
dialog.addEventListener("keydown", event => {
  const forwards = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const backwards = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
  if (dialog.classList.contains("larger")) return; // the arrows move the large picture
  if (event.key === forwards) show(at + 1);
  if (event.key === backwards) show(at - 1);
});

for (const gallery of document.querySelectorAll(".gallery")) {
  const frames = gallery.querySelector(".frames");
  const thumbs = [...gallery.querySelectorAll(".thumbs a")];
  for (const thumb of thumbs) {
    thumb.addEventListener("click", event => {
      event.preventDefault();
      const frame = document.getElementById(thumb.hash.slice(1));
      frames.scrollTo({ left: frame.offsetLeft - frames.offsetLeft });
    });
  }
  const seen = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const thumb of thumbs) {
        if (thumb.hash === `#${entry.target.id}`) thumb.setAttribute("aria-current", "true");
        else thumb.removeAttribute("aria-current");
      }
    }
  }, { root: frames, threshold: 0.6 });
  for (const frame of frames.querySelectorAll(".frame")) seen.observe(frame);
}
