// Keeps "display" in the browser's storage: the colors, the text size and the way to print that you chose; until you clear it.
// The display panel: light or dark, smaller or larger, and whether answers are printed.
(() => {
  const panel = document.querySelector(".display");
  if (!panel) return;
  const root = document.documentElement;
  const plain = { theme: "system", text: "normal", print: "answers" };

  const chosen = (name) => root.dataset[name] || plain[name];

  const keep = () => {
    try {
      localStorage.setItem("display", JSON.stringify({ theme: chosen("theme"), text: chosen("text"), print: chosen("print") }));
    } catch {
      // Without storage the choice lasts until the page is left.
    }
  };

  for (const name of Object.keys(plain)) {
    const input = panel.querySelector(`input[name="${name}"][value="${chosen(name)}"]`);
    if (input) input.checked = true;
  }

  panel.addEventListener("change", ({ target }) => {
    if (target.value === plain[target.name]) delete root.dataset[target.name];
    else root.dataset[target.name] = target.value;
    keep();
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.open) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });

  document.addEventListener("click", (event) => {
    if (!panel.contains(event.target)) panel.open = false;
  });
})();
