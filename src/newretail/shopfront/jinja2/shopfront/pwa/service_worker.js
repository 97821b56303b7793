// Keeps the page for when there is no line, and files whose address carries the hash of their content. Pages are never
// kept: they are somebody's own.
{% set shell = [url("offline", current_language()), static("newretail.css"), static("icon.svg"), static("shopfront/offline.js"), static("shopfront/basket.svg")] %}
const SHELL = {{ shell|tojson }};
const OFFLINE = SHELL[0];
const CACHE = "shell-" + SHELL.join("|");
const LATER = "hashed";
const MOST = 120;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => names.filter((name) => name !== CACHE && name !== LATER));
  event.waitUntil(old.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

async function hashed(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(LATER);
    await cache.put(request, answer.clone());
    const keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(keys.length - MOST, 0))) await cache.delete(old);
  }
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (url.pathname.startsWith("/static/") && url.searchParams.has("v")) {
    event.respondWith(hashed(request));
  }
});
