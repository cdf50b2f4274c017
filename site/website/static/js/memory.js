// FSRS-6, as in memory.py.
self.carrelMemory = (() => {
  const w = [.212, 1.2931, 2.3065, 8.2956, 6.4133, .8334, 3.0194, .001, 1.8722, .1666, .796, 1.4835, .0614, .2629, 1.6483,
    .6014, 1.8729, .5425, .0912, .0658, -.1542];
  const { exp, max, min, round } = Math;
  const first = (grade) => w[4] + 1 - exp(w[5] * (grade - 1));

  const stable = (s, d, grade, days) => {
    const rise = exp(w[17] * (grade - 3 + w[18])) * s ** -w[19];
    const lost = 1 - (1 + (.9 ** (1 / w[20]) - 1) * days / s) ** w[20];
    if (!days) return s * (grade > 1 ? max(rise, 1) : rise);
    return grade > 1
      ? s * (1 + exp(w[8]) * (11 - d) * s ** -w[9] * (exp(w[10] * lost) - 1) * [w[15], 1, w[16]][grade - 2])
      : min(w[11] * d ** -w[12] * ((s + 1) ** w[13] - 1) * exp(w[14] * lost), s / exp(w[17] * w[18]));
  };

  const next = (state, grade, day) => {
    let { stability: s, difficulty: d, last = day, reps = 0, lapses = 0 } = state || {};
    const days = max(day - last, 0);
    lapses += reps && days && grade < 2;
    last += days;
    s = min(max(reps ? stable(s, d, grade, days) : w[grade - 1], .001), 36500);
    d = min(max(reps ? w[7] * first(4) + (1 - w[7]) * (d - w[6] * (grade - 3) * (10 - d) / 9) : first(grade), 1), 10);
    return { stability: s, difficulty: d, due: last + min(max(round(s), 1), 365), last, reps: reps + 1, lapses };
  };

  return { next, due: ({ due, last }, exam = 1e9) => due < exam || last > exam - 8 ? due : exam - 1 - due % 7 };
})();
