// Runs before the first paint, so that a kept choice never flashes or shifts the page.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  try {
    const kept = JSON.parse(localStorage.getItem("display") || "{}");
    if (["light", "dark"].includes(kept.theme)) root.dataset.theme = kept.theme;
    if (["small", "large"].includes(kept.text)) root.dataset.text = kept.text;
    if (kept.print === "questions") root.dataset.print = kept.print;
  } catch {
    // Storage is off or holds nonsense: the system's own colors are right.
  }
})();
