// Marks, in the contents list, the section that is being read.
(() => {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  if (!links.size || !("IntersectionObserver" in window)) return;

  const mark = () => {
    const read = [...links.keys()].filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    const current = links.get(read.at(-1));
    for (const link of links.values()) {
      if (link === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };

  // Headings crossing the upper third of the window: the moments at which the answer changes (the first is the start).
  const watcher = new IntersectionObserver(mark, { rootMargin: "0px 0px -67% 0px" });
  for (const heading of links.keys()) watcher.observe(heading);
})();
