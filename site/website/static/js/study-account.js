// Browsers are shared. So nothing of a guest is added to an account unasked, and what is a reader's own leaves when they
// sign out; a guest's answers stay until somebody says “Forget”.
self.carrelForget = async (everything) => {
  const store = self.carrelStore;
  await store.within(({ queue, mine, meta }) => (queue.clear(), mine.clear(), meta.delete("reader"))).catch(() => {});
  if (everything || !(await store.all("events")).length && !(await store.all("reads")).length) indexedDB.deleteDatabase("carrel-study");
  await self.caches?.delete("carrel-study");
  await (await navigator.serviceWorker?.getRegistration("/study/"))?.unregister();
};

// Row by row, as another tab may be adding one.
self.carrelAdopt = async () => {
  const store = self.carrelStore, rows = [...await store.all("events"), ...await store.all("reads")];
  await store.within((parts) => {
    for (const row of rows) {
      store.wait(parts, row);
      for (const part of ["events", "reads"]) parts[part].delete(row[0]);
    }
  });
  await store.flush();
};

(async () => {
  const store = self.carrelStore, dialog = document.querySelector("[data-guest-answers]");

  const leave = (event) => {
    if (!/^\/(sign-out|account\/delete)$/.test(new URL(event.target.action).pathname)) return;
    event.preventDefault();
    removeEventListener("submit", leave);
    const gone = store.flush().then(() => self.carrelForget());
    // A browser that cannot do it in three seconds signs out all the same.
    Promise.race([gone, new Promise((done) => setTimeout(done, 3000))]).catch(() => {}).then(() => event.target.requestSubmit(event.submitter));
  };
  // Who never studied here signs out without a script.
  if (!await store.meta("asked")) return;
  addEventListener("submit", leave);

  if (!dialog) return;
  const { length } = await store.all("events"), declined = await store.meta("declined") || 0;
  if (length <= declined || !await store.ask()) return;
  dialog.querySelector("b").textContent = length === 1 ? "1 answer" : `${length} answers`;
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "add") self.carrelAdopt();
    else if (dialog.returnValue === "leave") store.within(({ meta }) => meta.put(length, "declined"));
  });
})();
