// Keeps the page about this browser, its scripts and the items of exams that are studied here, for when there is no network,
// under the name that js/study-store.js declares. Answers for that page and nothing else: other pages are another's, or differ with who reads them.
const NAME = "carrel-study", SHELL = "/study/device", ITEMS = /^\/study\/items\/[^/]+\.json$/;

// The page as it is now, and all that it names; what only the page before needed goes.
const keep = async (answer) => {
  const kept = await caches.open(NAME);
  const parts = (await answer.clone().text()).match(/\/static\/[^"]+\.(css|js)\b/g) || [];
  for (const part of parts) if (!await kept.match(part)) await kept.add(part);
  await kept.put(SHELL, answer);
  for (const { url } of await kept.keys()) {
    const { pathname } = new URL(url);
    if (pathname.startsWith("/static/") && !parts.includes(pathname)) await kept.delete(url);
  }
};

const shell = () => fetch(SHELL, { credentials: "omit", redirect: "error" }).then((answer) => {
  if (!answer.ok) throw new Error(answer.status);
  return answer;
});

// From the network, and kept; without one, what was kept.
const current = async (request, event) => {
  try {
    const answer = await (request ? fetch(request) : shell());
    const kept = await caches.open(NAME);
    if (!request) event.waitUntil(keep(answer.clone()));
    else if (answer.ok && (await kept.match(request))?.url !== answer.url) await kept.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match(request || SHELL);
    if (kept) return kept;
    throw error;
  }
};

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(shell().then(keep));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request, { origin, pathname, search } = new URL(url);
  if (method !== "GET" || origin !== location.origin || search) return;
  if (pathname === SHELL && mode === "navigate") event.respondWith(current(null, event));
  else if (ITEMS.test(pathname)) event.respondWith(current(event.request));
  else if (pathname.startsWith("/static/")) event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
});
