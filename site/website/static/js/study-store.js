// Keeps "carrel-study" in the browser's storage: what you answered and read here, and the questions for studying offline, from your first answer on; until you press “Forget” at “Studying in this browser”, or add it to your account.
// A guest's answers stay here, a reader's wait here until the account has them.
self.carrelStore = (() => {
  const NAME = "carrel-study", PARTS = ["events", "reads", "queue", "mine", "meta"];
  const { audience } = document.currentScript.dataset;
  let reader = audience && audience !== "guest"; // "": not known yet

  // A first answer makes the database; looking opens it only where it is, or going back would load the page anew.
  const isThere = async () => !indexedDB.databases || (await indexedDB.databases()).some(({ name }) => name === NAME);
  const open = async (make) => (make || await isThere()) && new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      if (make) for (const part of PARTS) request.result.createObjectStore(part);
      else request.transaction.abort();
    };
    request.onsuccess = () => done(request.result);
    request.onerror = make ? failed : () => done();
  });

  // One transaction, and what `act` returns once all is written.
  const within = async (act, make) => {
    const base = await open(make);
    return base && new Promise((done, failed) => {
      const step = base.transaction(PARTS, "readwrite");
      const request = act(Object.fromEntries(PARTS.map((part) => [part, step.objectStore(part)])));
      step.oncomplete = () => done(request?.result);
      step.onabort = failed;
    }).finally(() => base.close());
  };
  const all = async (part) => await within((parts) => parts[part].getAll()).catch(() => {}) || [];
  const meta = (name) => within(({ meta }) => meta.get(name)).catch(() => {});

  // Of an article the last mark counts.
  const isEvent = (row) => row.length > 5;
  const put = (parts, row) => parts[isEvent(row) ? "events" : "reads"].put(row, row[0]);
  const wait = (parts, row) => {
    parts.meta.put(true, "reader");
    parts.queue.put(row, row[0]);
  };

  const post = (rows) => fetch("/study/log", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    keepalive: true,
    body: JSON.stringify({ events: rows.filter(isEvent), reads: rows.filter((row) => !isEvent(row)).map((row) => row.slice(0, 4)) }),
  }).then((answer) => answer.text().then(() => answer.status)).catch(() => 0);

  // What the account has or refuses waits no longer. A refused batch is halved down to one row.
  const send = async (rows) => {
    const status = rows.length > 200 ? 400 : await post(rows);
    if (status === 400 && rows.length > 1) return await send(rows.splice(rows.length >> 1)), send(rows);
    if (status === 200 || status === 400) await within(({ queue }) => rows.forEach(([key]) => queue.delete(key)));
    return status;
  };

  // Nobody is signed in: what waits is a guest's now, and added to no account unasked.
  const release = async () => {
    reader = false;
    const rows = await all("queue");
    await within((parts) => {
      rows.forEach((row) => (put(parts, row), parts.queue.delete(row[0])));
      parts.mine.clear();
      parts.meta.delete("reader");
    });
  };

  let line = Promise.resolve();
  const flush = () => line = line.then(async () => {
    const rows = await all("queue");
    if (rows.length && await send(rows) === 401) await release();
  }).catch(() => {});

  // Whether somebody is signed in; without a network, whether somebody was.
  const ask = async () => {
    const status = await post([]);
    if (status === 401) await release().catch(() => {});
    else reader = status === 200 || !!await meta("reader");
    if (status === 200) await within(({ meta }) => meta.put(true, "reader")).catch(() => {});
    return reader;
  };

  let begun;
  const begin = async (exam) => {
    if (begun) return;
    begun = true;
    if (!await meta("asked")) {
      await within(({ meta }) => meta.put(true, "asked"));
      navigator.storage?.persist?.();
    }
    await navigator.serviceWorker?.register("/study/worker.js");
    const kept = await self.caches?.open(NAME), file = items(exam);
    if (kept && !await kept.match(file)) await kept.add(file);
  };

  const add = async (row, exam, section) => {
    if (reader === "") await ask();
    try {
      await within((parts) => {
        if (!reader) return put(parts, row);
        if (!isEvent(row)) parts.mine.put(row, row[0]);
        wait(parts, row);
      }, true);
      begin(exam).catch(() => {});
      if (reader) await flush();
    } catch {
      if (reader && await post([row]) === 200 || document.querySelector(".study-unkept")) return;
      section.insertAdjacentHTML("afterend", `<p class="study-unkept notice" role="status">This browser keeps nothing of your answers, as its storage is off. You can go on.</p>`);
    }
  };

  // Files, which anybody may write, have names too: none leads elsewhere.
  const items = (exam) => `/study/items/${encodeURIComponent(exam)}.json`;
  const day = (at) => Math.floor((at - new Date(at).getTimezoneOffset() * 6e4 - 144e5) / 864e5);

  // A UUID of version 4 (RFC 9562); over plain http there is no crypto.randomUUID.
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte, n) =>
    (n % 2 || n < 4 || n > 10 ? "" : "-") + (n === 6 ? byte & 15 | 0x140 : n === 8 ? byte & 63 | 0x180 : byte | 0x100).toString(16).slice(1)).join("");

  addEventListener("carrel:answered", ({ target, detail }) => {
    const { exam, item, revision, meaning } = target.dataset, at = Date.now();
    add([newId(), detail.kind, exam, item, revision, +meaning, detail.grade, detail.choice, day(at), at, detail.mode], exam, target);
  });
  addEventListener("online", flush);
  if (reader) flush();
  else if (audience) release().catch(() => {});

  return { add, all, ask, begin, day, flush, items, meta, put, wait, within };
})();
