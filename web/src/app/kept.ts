/** What this browser keeps so that a page goes on without a connection; each kind begins its keys with its own prefix. */
export const KEPT = { attendance: "diancai.attendance.", queue: "diancai.queue." } as const;

export type Kept = keyof typeof KEPT;

/** Whether something is kept for a page, which may then open without a sign-in. */
export const isKept = (kind: Kept, id: string): boolean => localStorage.getItem(KEPT[kind] + id) !== null;

const SHELL = "diancai-page";

/** Lets the page open again without a connection: keeps it and what it was made of. */
export async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  try {
    await navigator.serviceWorker.register("/sw.js");
    const made = performance.getEntriesByType("resource").map((each) => new URL(each.name)).filter((url) => url.origin === location.origin && (url.pathname.startsWith("/assets/") || url.pathname === "/icon.svg")).map((url) => url.pathname);
    await (await caches.open(SHELL)).addAll(["/", ...new Set(made)]);
  } catch {
    // Without it the page needs a connection to open; what was said is kept all the same.
  }
}
