// Registers the service worker of the page's language; without it the shop works the same, but not on a dead line.
const language = document.documentElement.lang.toLowerCase();
if ("serviceWorker" in navigator && isSecureContext) {
  addEventListener("load", () => navigator.serviceWorker.register(`/service-worker.js?language=${language}`).catch(() => {}));
}
