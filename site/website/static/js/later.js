// Runs scripts that only add to a page, once it was painted: on a slow phone they would hold its text up.
addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => {
  for (const { dataset } of document.querySelectorAll("[data-later]")) {
    for (const src of dataset.later.split(" ")) {
      const script = Object.assign(document.createElement("script"), { src, async: false });
      script.dataset.audience = dataset.audience;
      document.head.append(script);
    }
  }
}, 100)));
