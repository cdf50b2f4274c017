// Tells how often an ad was seen (half of it, for a second) or clicked. It sends what the page says of the ad,
// nothing about you, and nothing at all when your browser asks for privacy.
(() => {
  const unseen = new Set(document.querySelectorAll("[data-house]"));
  if (!unseen.size || navigator.globalPrivacyControl) return;
  if (!navigator.sendBeacon || !("IntersectionObserver" in window)) return;

  const tell = (kind, slot) => navigator.sendBeacon("/seen", JSON.stringify({ kind, stamps: [slot.dataset.house] }));

  const timers = new Map();
  const stop = (slot) => {
    clearTimeout(timers.get(slot));
    timers.delete(slot);
  };
  const seen = (slot) => {
    unseen.delete(slot);
    watcher.unobserve(slot);
    tell("view", slot);
  };
  const watcher = new IntersectionObserver((changes) => {
    for (const { target, intersectionRatio } of changes) {
      stop(target);
      if (intersectionRatio >= 0.5) timers.set(target, setTimeout(seen, 1000, target));
    }
  }, { threshold: 0.5 });

  // A page in a hidden tab, or one that the browser prepares in advance, is not read.
  let opened = false;
  const look = () => {
    watcher.disconnect();
    for (const slot of timers.keys()) stop(slot);
    if (document.visibilityState !== "visible") return;
    if (!opened) tell("page", unseen.values().next().value);
    opened = true;
    for (const slot of unseen) watcher.observe(slot);
  };
  document.addEventListener("visibilitychange", look);
  look();

  const clicked = ({ target, button }) => {
    const slot = button < 2 && target.closest("a[href]")?.closest("[data-house]");
    if (slot) tell("click", slot);
  };
  document.addEventListener("click", clicked);
  document.addEventListener("auxclick", clicked);
})();
