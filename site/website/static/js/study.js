// Checks items where they stand, as the form would. It keeps and sends nothing: an answer becomes an event.
self.carrelStudy = (form) => {
  const items = [...form.querySelectorAll(".study-item")].filter((item) => item.querySelector("template"));
  const states = new Map(items.map((item) => [item, { right: null, hinted: false }]));
  let round = items;

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  };
  const tell = (item, kind, grade = 0, choice = 0) => item.dispatchEvent(
    new CustomEvent("carrel:answered", { bubbles: true, detail: { kind, grade, choice, mode: form.dataset.study } }),
  );
  const status = form.appendChild(make("p", "aloud"));
  status.role = "status";

  // The rule of `comparable` in study/checking.py.
  const withoutEnd = (words) => words.replace(/[ .,;:!?…]+$/, "");
  const comparable = (words) => {
    const bare = words.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/[–—‐‑−]/g, "-").normalize("NFKD")
      .replace(/[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g, "").toLowerCase().replaceAll("ß", "ss").trim().split(/\s+/).join(" ");
    return withoutEnd(bare) || bare;
  };

  const fields = (item) => [...item.querySelectorAll(":is(input, select):not([type=hidden])")];
  const keyOf = (item) => [...item.querySelector("template").content.children];
  const isRight = (reason) => "right" in reason.dataset;
  const bits = (indexes) => indexes.reduce((sum, index) => sum + 2 ** index, 0);

  // Whether it is right, and the options chosen; null without an answer.
  const answerOf = (item) => {
    const reasons = keyOf(item).filter((part) => part.dataset.index);
    const inputs = fields(item);
    if (item.dataset.kind === "question") {
      const chosen = inputs.filter((input) => input.checked).map((input) => +input.value);
      const right = reasons.every((reason) => isRight(reason) === chosen.includes(+reason.dataset.index));
      return chosen.length ? { right, chosen } : null;
    }
    if (item.dataset.kind === "order") {
      const chosen = inputs.map((input) => +input.name.split(".")[2]).filter((index, n) => +inputs[n].value === index + 1);
      return inputs.some((input) => input.value) ? { right: chosen.length === inputs.length, chosen } : null;
    }
    const words = comparable(inputs[0].value);
    const meant = reasons.find((reason) => reason.dataset.words === words);
    return withoutEnd(words) || words && reasons.some((reason) => !withoutEnd(reason.dataset.words))
      ? { right: !!meant && isRight(meant), chosen: meant ? [+meant.dataset.index] : [] } : null;
  };

  const put = (element, where, place = "beforebegin") => {
    element.dataset.put = "";
    where.insertAdjacentElement(place, element);
    return element;
  };
  const reasonFor = (reason, said) => {
    const box = make(said ? "div" : "details", "study-why");
    box.append(make(said ? "p" : "summary", said && "study-said", said || "Why not this one"), reason.cloneNode(true));
    return box;
  };
  const explainOptions = (item, reasons, chosen) => {
    for (const input of fields(item)) {
      const reason = reasons.find((part) => part.dataset.index === input.value);
      const mine = chosen.includes(+input.value);
      const said = isRight(reason) ? (mine ? "Your answer, right" : "The right answer") : mine && "Your answer, wrong";
      const label = input.closest("label");
      label.classList.toggle("is-right", isRight(reason));
      label.classList.toggle("is-wrong", mine && !isRight(reason));
      put(reasonFor(reason, said), label, "afterend");
    }
  };
  const explainSteps = (item, reasons, end) => {
    const list = put(make("ol", "study-steps"), end);
    for (const reason of reasons) {
      const { value } = fields(item).find((input) => input.name.endsWith(`.${reason.dataset.index}`));
      const said = +value === +reason.dataset.index + 1 ? "In its place" : value ? `You put it at ${value}` : "You gave it no number";
      list.appendChild(make("li", "study-option"))
        .append(...reason.firstElementChild.cloneNode(true).childNodes, " ", make("span", "study-said", said));
    }
  };
  const explainWords = (reasons, chosen, end) => {
    const meant = reasons.find((reason) => chosen.includes(+reason.dataset.index));
    if (meant && !isRight(meant)) put(reasonFor(meant, "A known mistake"), end).classList.add("is-wrong");
    const accepted = reasons.filter(isRight).sort((one, other) => (other === meant) - (one === meant));
    accepted.forEach((reason, index) => {
      const shown = reason.cloneNode(true);
      if (index) shown.replaceChildren(shown.firstElementChild);
      put(reasonFor(shown, index ? "Accepted too" : "Accepted"), end).classList.add("is-right");
    });
  };

  const score = () => {
    const known = round.map((item) => states.get(item).right).filter((right) => right !== null);
    return { right: known.filter(Boolean).length, answered: known.length };
  };
  const check = (item) => {
    const state = states.get(item);
    const answer = state.right === null && answerOf(item);
    if (!answer) return false;
    state.right = answer.right;
    const parts = keyOf(item);
    const reasons = parts.filter((part) => part.dataset.index);
    const end = item.querySelector(".study-bar");
    if (item.dataset.kind === "question") explainOptions(item, reasons, answer.chosen);
    else if (item.dataset.kind === "order") explainSteps(item, reasons, end);
    else explainWords(reasons, answer.chosen, end);
    put(parts.at(-1).cloneNode(true), end);
    for (const input of fields(item)) input.disabled = true;
    const { right, answered } = score();
    const verdict = `${answer.right ? "Right" : "Not right"}. ${right} of ${answered} so far.`;
    put(make("p", `study-verdict is-${answer.right ? "right" : "wrong"}`, verdict), end, "afterbegin");
    end.querySelector("[data-check]").textContent = "Next";
    status.textContent = verdict;
    tell(item, "answer", answer.right ? (state.hinted ? 2 : 3) : 1, bits(answer.chosen));
    return true;
  };

  const focusOn = (item) => {
    const field = fields(item).find((input) => !input.disabled);
    (field ?? item.querySelector("[data-check]")).focus();
    item.scrollIntoView({ block: "nearest" });
  };
  const isOpen = (item) => states.get(item).right === null;
  const goOn = (item) => {
    const next = [...round.slice(round.indexOf(item) + 1), ...round].find((other) => other !== item && isOpen(other));
    next ? focusOn(next) : finish();
  };
  const checkOrGoOn = (item) => {
    if (!isOpen(item)) goOn(item);
    else if (check(item)) item.querySelector("[data-check]").focus();
    else status.textContent = "Answer first, then check.";
  };

  const line = (about, done) => {
    const right = done.filter((item) => states.get(item).right).length;
    const entry = make("li", "", `${about || "Other questions"} `);
    entry.append(make("span", "fine", done.length ? `${right} of ${done.length} right` : "not answered"));
    const links = new Map(done.filter((item) => !states.get(item).right)
      .map((item) => item.querySelector(".study-read")).map((link) => [link.pathname, link]));
    if (!links.size) return entry;
    const reading = entry.appendChild(make("p", "study-reading", "Read again: "));
    [...links.values()].forEach((link, index) => reading.append(index ? ", " : "", link.cloneNode(true)));
    return entry;
  };
  const finish = () => {
    form.querySelector(".study-results")?.remove();
    const { right, answered } = score();
    const box = make("section", "study-results");
    const heading = box.appendChild(make("h2", "", `${right} of ${answered} right`));
    heading.tabIndex = -1;
    const open = round.length - answered;
    if (open) box.append(make("p", "fine", `${open} not answered, not counted as wrong`));
    const list = box.appendChild(make("ul", "study-list"));
    for (const about of new Set(round.map((item) => item.dataset.about))) {
      list.append(line(about, round.filter((item) => item.dataset.about === about && !isOpen(item))));
    }
    const wrong = round.filter((item) => states.get(item).right === false);
    if (wrong.length) {
      const button = box.appendChild(make("button", "", `Practice the wrong ${wrong.length === 1 ? "one" : "ones"} again`));
      button.type = "button";
      button.addEventListener("click", () => again(wrong));
    }
    form.querySelector(".study-end").before(box);
    heading.focus();
    box.scrollIntoView({ block: "nearest" });
  };
  const reopen = (item) => {
    Object.assign(states.get(item), { right: null, hinted: false });
    for (const element of item.querySelectorAll("[data-put]")) element.remove();
    for (const label of item.querySelectorAll("label")) label.classList.remove("is-right", "is-wrong");
    for (const input of fields(item)) {
      input.disabled = false;
      if (input.matches("[type=radio], [type=checkbox]")) input.checked = false;
      else input.value = "";
    }
    for (const details of item.querySelectorAll("details")) details.open = false;
    item.querySelector("[data-check]").textContent = "Check";
  };
  const again = (wrong) => {
    form.querySelector(".study-results").remove();
    round = wrong;
    for (const item of items) item.hidden = !wrong.includes(item);
    for (const box of form.querySelectorAll(".study-case")) box.hidden = !box.querySelector(".study-item:not([hidden])");
    wrong.forEach(reopen);
    focusOn(wrong[0]);
  };

  for (const item of items) {
    item.tabIndex = -1;
    item.querySelector(".study-hint")?.addEventListener("toggle", ({ target }) => {
      if (target.open) states.get(item).hinted = true;
    });
    const mark = item.querySelector(".study-bar").appendChild(make("button", "plainly", "Mark for review"));
    mark.type = "button";
    mark.ariaPressed = false;
    mark.addEventListener("click", () => {
      mark.ariaPressed = mark.ariaPressed !== "true";
      tell(item, mark.ariaPressed === "true" ? "mark" : "unmark");
    });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const item = event.submitter?.closest(".study-item");
    if (item) checkOrGoOn(item);
    else {
      round.forEach(check);
      finish();
    }
  });

  // Keys work in an item, and never while somebody types.
  form.addEventListener("keydown", (event) => {
    const item = event.target.closest?.(".study-item");
    if (!states.has(item) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const isTyping = event.target.matches("select, input:not([type=radio], [type=checkbox])");
    if (event.key === "Enter" && !event.target.closest("a, button, summary, select")) {
      event.preventDefault();
      checkOrGoOn(item);
    } else if (!isTyping && event.key === "n") {
      event.preventDefault();
      goOn(item);
    } else if (!isTyping && /^[1-9]$/.test(event.key) && item.dataset.kind === "question") {
      const input = fields(item)[event.key - 1];
      if (!input || input.disabled) return;
      event.preventDefault();
      input.focus();
      input.click();
    }
  });
};
document.querySelectorAll("form[data-study]").forEach(self.carrelStudy);
