"""A library made up for measuring: as many articles as are wanted, all of the length and parts of real ones."""

import itertools
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

WORDS = 700
TOPICS = 60
DOMAINS = 8
HUGO_SITE = Path(__file__).parent / "hugo_site"
SYLLABLES = [
    a + b
    for a, b in itertools.product(
        ["b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v"],
        ["a", "e", "i", "o", "u", "al", "en", "or"],
    )
]


@dataclass(frozen=True)
class Made:
    """One article before it is written in the form of a program."""

    slug: str
    title: str
    summary: str
    topics: list[str]
    domain: str
    body: str


@dataclass(frozen=True)
class Form:
    """How a program wants an article's link and question written."""

    link: Callable[[str], str]
    question: Callable[[str], str]


def articles(count: int, form: Form) -> Iterator[Made]:
    """The same articles each time."""
    rng = random.Random(20261120)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(8_000)]
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(words))))
    prose = Prose(rng, words, weights)
    for number in range(count):
        yield _one(prose, number, [f"article-{rng.randrange(count):05}" for _ in range(2)], form)


class Prose:
    """Sentences of words as rare and as common as in a language."""

    def __init__(self, rng: random.Random, words: list[str], weights: list[float]) -> None:
        self._rng, self._words, self._weights = rng, words, weights

    def words(self, count: int) -> list[str]:
        return self._rng.choices(self._words, cum_weights=self._weights, k=count)

    def text(self, count: int) -> str:
        found = self.words(count)
        sentences = [" ".join(found[start : start + 14]).capitalize() for start in range(0, count, 14)]
        return ". ".join(sentences) + "."


def _one(prose: Prose, number: int, others: list[str], form: Form) -> Made:
    parts = [prose.text(90)]
    for section in range(4):
        parts += [f"## {' '.join(prose.words(4)).capitalize()} {section}", prose.text(60), prose.text(60)]
    first, second = map(form.link, others)
    parts.insert(3, f"See [the other]({first}) and **what it says**, or [this]({second}).")
    parts.insert(5, "| Code | Meaning | Days |\n|---|---|---:|\n" + "\n".join(_row(prose) for _ in range(5)))
    parts.insert(7, "\n".join(f"- {prose.text(8)}" for _ in range(5)))
    parts.append(form.question(prose.text(20)))
    return Made(
        slug=f"article-{number:05}",
        title=f"{' '.join(prose.words(5)).capitalize()} {number}",
        summary=prose.text(18)[:200],
        topics=[f"topic-{number % TOPICS}"],
        domain=f"domain-{number % DOMAINS}",
        body="\n\n".join(parts) + "\n",
    )


def _row(prose: Prose) -> str:
    code, *meaning, unit = prose.words(5)
    return f"| {code} | {' '.join(meaning)} | {len(unit) * 30} |"


def write_for_carrel(folder: Path, count: int) -> None:
    """Write them as Carrel's authors would."""
    (folder / "bench").mkdir(parents=True)
    domains = "".join(f'[[domains]]\nslug = "domain-{n}"\ntitle = "Domain {n}"\n' for n in range(DOMAINS))
    topics = "".join(f'topic-{n} = "Topic {n}"\n' for n in range(TOPICS))
    head = 'name = "Bench"\ntitle = "Bench"\nbody = "Nobody"\nsummary = "Made up."\ndisclaimer = "Made up."\n'
    (folder / "bench/exam.toml").write_text(f"{head}{domains}[topics]\n{topics}")
    for made in articles(count, Form("{}.md".format, _container)):
        front = f'title: "{made.title}"\nsummary: "{made.summary}"\ndomain: {made.domain}\ntopics: [{made.topics[0]}]'
        (folder / f"bench/{made.slug}.md").write_text(f"---\n{front}\n---\n\n{made.body}")


def _container(text: str) -> str:
    options = "\n\n".join(f"- [{'x' if n == 1 else ' '}] Option {n}\n\n  {text[:60]}" for n in range(4))
    return f"::: question\n{text}\n\n{options}\n:::"


def _plain_list(text: str) -> str:
    return f"{text}\n\n" + "\n\n".join(f"- Option {n}\n\n  {text[:60]}" for n in range(4))


def write_for_hugo(folder: Path, count: int) -> None:
    """Write the same for Hugo, with layouts for every page that Carrel serves of it."""
    shutil.copytree(HUGO_SITE, folder, dirs_exist_ok=True)
    (folder / "content/articles").mkdir(parents=True)
    (folder / "content/articles/_index.md").write_text('---\ntitle: "Bench"\n---\n')
    for page in ("about", "contact", "privacy", "terms"):
        (folder / f"content/{page}.md").write_text(f'---\ntitle: "{page.capitalize()}"\n---\n\nMade up.\n')
    for made in articles(count, Form("/articles/{}/".format, _plain_list)):
        front = (
            f'title: "{made.title}"\nsummary: "{made.summary}"\ndate: 2026-01-01T00:00:00Z\n'
            f"domain: {made.domain}\ntopics: [{made.topics[0]}]"
        )
        (folder / f"content/articles/{made.slug}.md").write_text(f"---\n{front}\n---\n\n{made.body}")


def write_for_pelican(folder: Path, count: int) -> None:
    """Write the same for Pelican, with its own theme."""
    (folder / "content").mkdir(parents=True)
    (folder / "pelicanconf.py").write_text(
        "SITENAME = 'Bench'\nPATH = 'content'\nTIMEZONE = 'UTC'\nDEFAULT_LANG = 'en'\nFEED_ALL_ATOM = 'feed.xml'\n"
    )
    for made in articles(count, Form("/{}.html".format, _plain_list)):
        head = f"Title: {made.title}\nDate: 2026-01-01\nSlug: {made.slug}\nTags: {made.topics[0]}\nSummary: {made.summary}"
        (folder / f"content/{made.slug}.md").write_text(f"{head}\n\n{made.body}")
