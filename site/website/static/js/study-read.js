// “Mark as read”, and in a browser that studies already, where reading stopped. Merely reading keeps nothing.
(async () => {
  const store = self.carrelStore, box = document.querySelector("[data-read]");
  const { read: article, exam } = box.dataset, button = box.querySelector("button"), isReader = box.dataset.audience !== "guest";
  const rows = await store.all(isReader ? "mine" : "reads"), known = rows.find(([slug]) => slug === article);
  let isRead = !!known?.[2];

  const show = () => button.setAttribute("aria-pressed", isRead);
  const anchor = () => [...document.querySelectorAll(".prose :is(h2, h3)[id]")]
    .filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1)?.id || "";
  const save = () => store.add([article, anchor(), +isRead, Date.now(), exam], exam, box);

  button.addEventListener("click", () => {
    isRead = !isRead;
    show();
    save();
  });
  show();

  const isStudying = await store.meta("asked");
  button.disabled = false;
  if (!isStudying) return;
  let timer, last;
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (isRead || !anchor() || anchor() === last) return;
      last = anchor();
      save();
    }, 1000);
  }, { passive: true });
})();
