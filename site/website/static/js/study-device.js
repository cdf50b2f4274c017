// The page about this browser: what is due, where reading stopped, and the ways to take it along or forget it. All of it
// follows from what js/study-store.js keeps.
(async () => {
  const store = self.carrelStore, { next, due } = self.carrelMemory;
  const root = document.querySelector("[data-study-device]"), status = document.querySelector(".study-status");
  const isCard = ({ kind }) => kind === "card" || kind === "term";
  const many = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

  const h = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children.flat(Infinity).filter(Boolean));
    return element;
  };
  const button = (text, onclick, className = "quiet") => h("button", { type: "button", className, onclick }, text);
  const card = (title, ...children) => h("section", { className: "card stack" }, h("h2", {}, title), children);
  // Of an exam that lies ahead; one that is over changes nothing.
  const dayOf = (date) => Date.parse(date) / 864e5 > store.day(Date.now()) ? Date.parse(date) / 864e5 : undefined;
  const inWords = (day) => new Date(day * 864e5).toLocaleDateString(document.documentElement.lang,
    { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" });

  const itemsOf = (exam) => fetch(store.items(exam)).then((answer) => answer.ok ? answer.json() : undefined).catch(() => {});

  // Exams whose items are here, whoever answers them.
  const keptExams = async () => (await self.caches?.has("carrel-study") ? await (await caches.open("carrel-study")).keys() : [])
    .flatMap(({ url }) => url.match(/[^/]+(?=\.json$)/) || []).map(decodeURIComponent);

  // What an item's events add up to, in the order in which they were given on whatever device.
  const fold = (rows) => {
    const order = ([id, , , , , , , , day, at]) => [day, at, id];
    rows.sort((one, other) => {
      const [a, b] = [order(one), order(other)], place = a.findIndex((part, n) => part !== b[n]);
      return place < 0 ? 0 : a[place] < b[place] ? -1 : 1;
    });
    let state, isUnderReview = false, meaning = 0;
    for (const [, kind, , , , said, grade, , day] of rows) {
      if (said > meaning) [state, meaning] = [undefined, said];
      if (!grade) {
        isUnderReview = kind === "mark";
        state ??= { stability: 0, difficulty: 0, due: day, last: day, reps: 0, lapses: 0 };
      } else if (said === meaning) {
        isUnderReview ||= kind === "grade" || grade === 1;
        state = next(state, grade, day);
      }
    }
    return { state, isUnderReview, answeredMeaning: meaning, last: rows.at(-1)[8] };
  };

  // Each exam that was studied here: its items as they are now, with what is remembered of them.
  const load = async () => {
    const [events, reads] = [await store.all("events"), await store.all("reads")], today = store.day(Date.now());
    const byItem = {};
    // A clock that was fast costs no more than a day, as in the account.
    for (const row of events) (byItem[`${row[2]} ${row[3]}`] ??= []).push(row.with(8, Math.min(row[8], today + 1)));
    const kept = await keptExams().catch(() => []);
    const slugs = [...new Set([...events.map((row) => row[2]), ...reads.map((row) => row[4]), ...kept])].filter(Boolean);
    const exams = await Promise.all(slugs.map(async (slug) => {
      const file = await itemsOf(slug), date = await store.meta(`date ${slug}`);
      const items = (file?.items || []).map((item) => {
        const rows = byItem[`${slug} ${item.key}`], known = rows ? fold(rows) : {};
        const changed = item.meaning > known.answeredMeaning;
        const day = changed ? today : !known.isUnderReview ? Infinity : due(known.state, dayOf(date));
        return { ...item, ...known, state: changed ? undefined : known.state, exam: slug, changed, day };
      });
      return { slug, date, items, name: file?.name || slug, articles: file?.articles || {}, there: !!file };
    }));
    return { events, reads, exams, today };
  };

  const draw = (...parts) => root.replaceChildren(...parts.flat().filter(Boolean));

  // How well a card was known, and when it would come again for each answer.
  const gradesOf = (section, item, mode, today, date) => h("div", { className: "study-grades", role: "group", ariaLabel: "How well did you know it?" },
    ["Again", "Hard", "Good", "Easy"].map((word, n) => {
      const days = due(next(item.state, n + 1, today), date) - today, detail = { kind: "grade", grade: n + 1, choice: 0, mode };
      return button([word, h("small", {}, n ? `in ${many(days, "day")}` : "in a moment")],
        () => section.dispatchEvent(new CustomEvent("carrel:answered", { bubbles: true, detail })));
    }));

  // A set of items in a form like those of the practice pages, checked by js/study.js. Cards that were not known come
  // again at its end, questions with a button there.
  const study = (items, mode, today, dates) => {
    const status = h("p", { className: "hint", role: "status" }), form = h("form", {});
    form.dataset.study = mode;
    let left = items.length;
    for (const item of items) {
      const place = h("div", {});
      place.innerHTML = item.html;
      const section = place.querySelector(".study-item"), back = section.querySelector(".study-back");
      for (const options of place.querySelectorAll("fieldset.study-options")) {
        const shown = [...options.children].filter((child) => child.localName !== "legend");
        while (shown.length && !item.fixed) options.append(...shown.splice(Math.random() * shown.length, 1));
      }
      if (item.changed) section.prepend(h("p", { className: "hint" }, "Changed since you answered."));
      let grades = back && gradesOf(section, item, mode, today, dates[item.exam]);
      if (back) back.append(grades);
      section.addEventListener("carrel:answered", ({ detail: { grade } }) => {
        if (!grade || !back) return;
        item.state = next(item.state, grade, today);
        grades.replaceWith(grades = gradesOf(section, item, mode, today, dates[item.exam]));
        back.open = false;
        if (grade > 1) left--;
        const following = place.nextElementSibling;
        if (grade > 1) place.remove();
        else form.querySelector(".study-end").before(place);
        status.textContent = `${many(left, "item")} left.`;
        (following?.querySelector("summary, input, select, button") || form.querySelector(".study-end button")).focus();
      });
      form.append(place);
    }
    const isChecked = form.querySelector(".study-item template");
    form.append(h("div", { className: "buttons study-end" }, isChecked && h("button", {}, "Check my answers"), button("Back to the overview", show)));
    draw(h("div", { className: "study" }, h("h2", { tabIndex: -1 }, mode === "review" ? "Due today" : "Practice"), status, form));
    self.carrelStudy(form);
    root.querySelector("h2").focus();
    scrollTo(0, 0);
  };

  const show = async () => {
    // Where nothing was ever kept, nobody needs to be asked about.
    const { events, reads, exams, today } = await load(), reader = await store.meta("asked") && await store.ask(), waiting = (await store.all("queue")).length;
    const dates = Object.fromEntries(exams.map(({ slug, date }) => [slug, dayOf(date)]));
    const items = exams.flatMap((exam) => exam.items), dueNow = items.filter(({ day }) => day <= today);
    const later = items.map(({ day }) => day).filter((day) => day > today && day < Infinity);
    status.textContent = waiting ? `${many(waiting, "answer waits", "answers wait")} for a network, and will then go to your account.` : "";
    draw(
      reader && signedIn(events, exams),
      !reader && card("Due today",
        dueNow.length
          ? [h("p", {}, `${many(dueNow.length, "item")} to review: ${exams.map((exam) => [exam.name, exam.items.filter(({ day }) => day <= today).length]).filter(([, count]) => count).map((pair) => pair.join(" ")).join(", ")}.`),
            h("p", {}, button("Begin", () => study(dueNow.sort((a, b) => a.day - b.day).slice(0, 20), "review", today, dates), ""))]
          : h("p", {}, later.length ? `Nothing is due. The next review is on ${inWords(Math.min(...later))}.` : ["Nothing is due. What you miss in a practice set, and the cards you grade, come again here. With an account, what is due is at ",
              h("a", { href: "/study/today" }, "Due today"), "."])),
      !reader && reading(reads, exams),
      exams.length > 0 && card("Exams", exams.map((exam) => examPart(exam, today, dates, reader))),
      (events.length > 0 || !reader) && card("Take it along",
        events.length > 0 && h("p", {}, `This browser holds ${many(events.length, "answer")} of a guest. A file takes them to another browser; both may go on, and nothing is counted twice.`),
        events.length > 0 && h("p", {}, button("Save as a file", () => save(events, reads))),
        h("p", {}, h("label", { className: "study-file" }, "Open a file from another browser ", h("input", { type: "file", accept: ".json,application/json", onchange: open })))),
      events.length + reads.length > 0 && card("Forget", h("details", {}, h("summary", {}, "Forget what this browser holds"),
        h("p", {}, "All answers of a guest, what was marked as read here, and the copy for reading offline are deleted. This cannot be undone."),
        h("p", {}, button("Forget it", async () => { await self.carrelForget(true); show(); }, "danger")))),
      // Private windows have no worker, nor have pages over plain http.
      h("p", { className: "fine" }, navigator.serviceWorker ? "After a first answer, this page works offline, too." : "In this window, this page does not work offline."),
    );
    if (exams[0]) store.begin(exams[0].slug).catch(() => {});
  };

  // Somebody's own answers are with their account; a guest's in this browser are perhaps another's.
  const signedIn = (events, exams) => [
    card("You are signed in",
      h("p", {}, navigator.onLine ? ["What is due for you is at ", h("a", { href: "/study/today" }, "Due today"), "."] : "What is due for you is in your account: open “Due today” once there is a network."),
      exams.length > 0 && h("p", {}, "Here you can practice without a network: your answers go to your account as soon as there is one.")),
    events.length > 0 && card("A guest’s answers", h("p", {}, `${many(events.length, "answer")} in this browser can be added to your account, if they are yours.`),
      h("p", {}, button("Add them", async () => {
        await self.carrelAdopt();
        show();
      }, ""))),
  ];

  const reading = (reads, exams) => {
    const titles = Object.assign({}, ...exams.map(({ articles }) => articles));
    const link = ([slug, anchor, isRead]) => h("a", { href: `/articles/${slug}/${anchor && !isRead ? `#${anchor}` : ""}` }, titles[slug] || slug);
    const newest = [...reads].sort((a, b) => b[3] - a[3]), open = newest.find((row) => !row[2]), through = newest.filter((row) => row[2]);
    return reads.length > 0 && card("Reading",
      open && h("p", {}, "Continue where you stopped: ", link(open)),
      through.length > 0 && h("details", {}, h("summary", {}, `${many(through.length, "article")} read`), h("ul", {}, through.map((row) => h("li", {}, link(row))))));
  };

  const examPart = (exam, today, dates, reader) => {
    const seen = exam.items.filter(({ last }) => last !== undefined), known = exam.items.filter(({ isUnderReview }) => isUnderReview);
    const begin = () => {
      const order = exam.items.map((item) => [item.last ?? 0, Math.random(), item]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      study(order.slice(0, 10).map(([, , item]) => item), "practice", today, dates);
    };
    const setDate = async ({ target }) => {
      await store.within(({ meta }) => meta.put(target.value, `date ${exam.slug}`));
      show();
    };
    return h("div", { className: "study-exam" }, h("h3", {}, exam.name),
      exam.there
        ? h("p", {}, reader ? many(exam.items.length, "item") : `${seen.length} of ${many(exam.items.length, "item")} studied, ${known.length} to be reviewed now and then.`)
        : h("p", {}, "Its questions are not kept in this browser yet: open this page once with a network."),
      !reader && h("p", {}, h("label", {}, "Date of the exam, if you know it ", h("input", { type: "date", value: exam.date || "", onchange: setDate }))),
      exam.items.length > 0 && h("p", {}, button(`Practice ${Math.min(10, exam.items.length)}`, begin)));
  };

  const save = (events, reads) => {
    const text = JSON.stringify({ carrel_study: 1, events, reads: reads.map((row) => row.slice(0, 4)) });
    const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    h("a", { href, download: `study-${new Date().toISOString().slice(0, 10)}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1e4);
  };

  const isKind = (kinds, row) => Array.isArray(row) && row.length === kinds.length && [...kinds].every((kind, n) =>
    kind === "n" ? Number.isSafeInteger(row[n]) && row[n] >= 0 : typeof row[n] === "string" && row[n].length <= 200);
  const open = async ({ target }) => {
    try {
      const { carrel_study: version, events, reads } = JSON.parse(await target.files[0].text());
      const wrong = version !== 1 || !events.every((row) => isKind("sssssnnnnns", row)) || !reads.every((row) => isKind("ssnn", row));
      if (wrong) throw new Error("not a file of this kind");
      const newer = Object.fromEntries((await store.all("reads")).map((row) => [row[0], row[3]]));
      await store.within((parts) => {
        for (const row of events) store.put(parts, row);
        for (const row of reads) if (!(newer[row[0]] >= row[3])) store.put(parts, row);
      }, true);
      await show();
      status.textContent = `${many(events.length, "answer")} of the file ${events.length === 1 ? "is" : "are"} in this browser now.`;
    } catch {
      status.textContent = "That is not a file that this page saved. Choose one whose name begins with “study”.";
    }
  };

  // Never in the middle of a set, which would be gone.
  addEventListener("online", () => root.querySelector("form") || show());
  await show();
})();
