// Makes ts_fsrs_vectors.txt anew: what ts-fsrs 5.4.2 says of random histories.
//   npm pack ts-fsrs@5.4.2 && tar xzf ts-fsrs-5.4.2.tgz
//   node ts_fsrs_vectors.mjs ./package/dist/index.mjs > ts_fsrs_vectors.txt
// A line is a history; a review is "gap.grade.interval": days since the last one, 1 to 4, days until the next.
// Its schedulers would keep the four buttons' intervals apart; the algorithm itself does not, and neither do we.
const { fsrs } = await import(new URL(process.argv[2], `file://${process.cwd()}/`));
const algorithm = fsrs({ request_retention: 0.9, maximum_interval: 365, enable_fuzz: false });

let seed = 20261129;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;

const gapAfter = (interval) => {
  const kind = random();
  if (kind < 0.15) return 0;
  return kind < 0.9 ? Math.round(interval * (0.3 + 1.7 * random())) : Math.floor(400 * random());
};

for (let histories = 0; histories < 1400; histories++) {
  const reviews = [];
  let memory = null;
  let gap = 0;
  for (let left = 1 + Math.floor(30 * random()); left; left--) {
    const kind = random();
    const grade = kind < 0.2 ? 1 : kind < 0.35 ? 2 : kind < 0.85 ? 3 : 4;
    memory = algorithm.next_state(memory, gap, grade);
    const interval = algorithm.next_interval(memory.stability, gap);
    reviews.push(`${gap}.${grade}.${interval}`);
    gap = gapAfter(interval);
  }
  console.log(reviews.join(" "));
}
