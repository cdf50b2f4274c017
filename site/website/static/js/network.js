// Puts a network's ad into its slots, once a consent tool says that it may: never before, and never for a browser
// that asks for privacy. Until then, and when the network fails, the house ad stays. See docs/ads.md.
(() => {
  const { tag, consent } = self.carrelNetwork;
  const slots = document.querySelectorAll("[data-network]");
  if (!slots.length || navigator.globalPrivacyControl) return;

  let allowed = false;
  const loaded = new Map();

  // The next script of a tag may need the one before it.
  const load = (script, box) => new Promise((done, failed) => {
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    box.append(script);
  });

  const build = async (nodes, box) => {
    for (const node of nodes) {
      if (typeof node === "string") {
        box.append(node);
        continue;
      }
      const [name, attributes, children] = node;
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) {
        if (key === "style") element.style.cssText = value;
        else if (!key.startsWith("on")) element.setAttribute(key, value);
      }
      if (name === "script") {
        const { src } = attributes;
        element.textContent = children.join("");
        if (!src) box.append(element);
        else if (!loaded.has(src)) loaded.set(src, load(element, box));
        if (src && !("async" in attributes)) await loaded.get(src);
        else if (src) loaded.get(src).catch(() => giveBack());
      } else {
        box.append(element);
        await build(children, element);
      }
    }
  };

  // Both ads stand in the space that the slot has had from the first paint.
  const places = new Map();
  const fill = async (slot) => {
    watcher.unobserve(slot);
    const link = slot.querySelector(".slot-link");
    const box = document.createElement("div");
    places.set(slot, { link, box, house: slot.dataset.house });
    box.className = "slot-box";
    slot.style.height = `${slot.offsetHeight}px`;
    link.hidden = true;
    slot.append(box);
    // A network that has no ad for this slot says so like this.
    new MutationObserver(() => {
      if (places.has(slot) && box.querySelector('[data-ad-status="unfilled"]')) restore(slot);
    }).observe(box, { subtree: true, attributeFilter: ["data-ad-status"] });
    slot.dataset.house = slot.dataset.network;
    await build(tag, box).catch(giveBack);
  };

  const restore = (slot) => {
    const { link, box, house } = places.get(slot);
    places.delete(slot);
    box.remove();
    link.hidden = false;
    slot.style.height = "";
    slot.dataset.house = house;
  };

  const giveBack = () => {
    allowed = false;
    watcher.disconnect();
    for (const slot of [...places.keys()]) restore(slot);
  };

  const watcher = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) if (isIntersecting && allowed) fill(target);
  }, { rootMargin: "200px" });

  const decide = (granted) => {
    if (granted === allowed) return;
    if (!granted) return giveBack();
    allowed = true;
    for (const slot of slots) watcher.observe(slot);
  };

  // The interface: the event, or the standard one that every certified consent tool has.
  document.addEventListener("carrel:consent", ({ detail }) => decide(detail === "granted"));
  const askFramework = () => self.__tcfapi?.("addEventListener", 2, (data, ok) => {
    if (!ok || !["tcloaded", "useractioncomplete"].includes(data.eventStatus)) return;
    decide(data.gdprApplies === false || data.purpose?.consents?.[1] === true);
  });

  if (!consent) return askFramework();
  const tool = document.createElement("script");
  tool.src = consent;
  tool.addEventListener("load", askFramework);
  document.head.append(tool);
})();
