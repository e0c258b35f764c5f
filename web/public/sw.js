/* Opens the console without a connection where a page of it was kept (src/app/kept.ts). It answers nothing
   else: what the services say is never kept. */
const SHELL = "diancai-page";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/") || url.pathname === "/icon.svg") event.respondWith(part(request));
});

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match("/", { cacheName: SHELL });
    if (kept) return kept;
    throw error;
  }
}

/* Parts are named by what they hold, so that one that is kept is never old. */
async function part(request) {
  const kept = await caches.match(request, { cacheName: SHELL });
  return kept ?? fetch(request);
}
