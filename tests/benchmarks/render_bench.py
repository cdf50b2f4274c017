"""How many 700-word articles a second one core renders, layer by layer.

Each figure is the best of a thousand calls in a row: other work on the machine disturbs it least. Other Markdown libraries are measured when they are installed.
"""

import importlib
import platform
import random
import timeit
from collections.abc import Callable
from importlib.metadata import version

from articles.render import RENDERER, RenderContext, for_feed, render
from articles.render.clean import clean
from articles.render.markdown import to_html
from articles.render.tree import parse
from tests.benchmarks.rounds import Report

ROUNDS = 1_000
WORDS = (
    "claim", "payer", "review", "patient", "provider", "service", "code", "modifier", "appeal", "member", "plan", "benefit", "care", "nurse", "hospital", "stay", "level", "amount",
    "allowed", "charge", "contract", "schedule", "the", "a", "of", "before", "after", "when", "because", "what", "is", "to", "and", "with", "each",
)  # fmt: skip

QUESTION = """::: question
A nurse reviews the fourth day of a stay against written criteria. Which review is this?

- [ ] Prospective

  It comes before the care starts. This patient is already in a bed.

- [x] Concurrent

  Right. The stay is under way, and the question is whether the next day is needed here.

- [ ] Retrospective

  It would wait until the stay has ended, usually to settle the payment.
:::
"""
TABLE = """| Review | When | Typical decision |
|---|---|---|
| **Prospective** | before admission | prior authorization |
| **Concurrent** | during the stay | continued days |
| **Retrospective** | after discharge | payment |
"""
CODE = '```json\n{"claim": 1, "lines": [{"code": "99213", "units": 1, "paid": 74.5}], "clean": true}\n```\n'


def article(*, code: bool = False) -> str:
    """Write an article of about 700 words with everything an article has; the same one every time."""
    dice = random.Random(7)

    def prose(count: int) -> str:
        words = [dice.choice(WORDS) for _ in range(count)]
        for at in range(9, count, 14):
            words[at] += "."
        return f"{' '.join(words[:3])} **{words[3]}** {words[4]} *{words[5]}* {' '.join(words[6:])}."

    parts = [
        prose(85), "## One question, asked three times", prose(60) + "[^1]", f"See [{prose(8)}](a.md#place).", TABLE,
        "### Too much, too little", prose(70) + " [The rule](https://example.org/rule).", f"- {prose(12)}\n- {prose(12)}\n- {prose(12)}",
        f"> [!TIP]\n> {prose(30)}", "## What it is not", prose(95), f"1. {prose(12)}\n2. {prose(12)}\n3. {prose(12)}",
        prose(70) + "[^2]", CODE if code else prose(20), "## Practise", QUESTION, prose(60), f"[^1]: {prose(14)}\n[^2]: {prose(14)}",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def layers() -> dict[str, Callable[[], object]]:
    """List what is measured."""
    text, colored, context = (
        article(),
        article(code=True),
        RenderContext(resolve_link=lambda path: "/articles/a/"),
    )
    html, rendered = to_html(text), render(text, context)
    found: dict[str, Callable[[], object]] = {
        "comrak (Markdown to HTML with positions)": lambda: to_html(text),
        "lxml (parse)": lambda: parse(html),
        "nh3 (clean, block by block)": lambda: [clean(block.html) for block in rendered.blocks],
        "render (all layers)": lambda: render(text, context),
        "render, with a block of code": lambda: render(colored, context),
        "for_feed": lambda: for_feed(rendered.html, "https://example.org/articles/a/"),
    }
    return found | {name: others for name, load in OTHERS.items() if (others := _optional(load, text))}


def _optional(load: Callable[[str], Callable[[], object]], text: str) -> Callable[[], object] | None:
    try:
        return load(text)
    except ImportError:
        return None


def _pyromark(text: str) -> Callable[[], object]:
    library = importlib.import_module("pyromark")
    return lambda: library.html(text)


def _markdown_it(text: str) -> Callable[[], object]:
    parser = (
        importlib.import_module("markdown_it").MarkdownIt("commonmark").enable(["table", "strikethrough"])
    )
    plugins = importlib.import_module("mdit_py_plugins")
    for name in ("footnote.footnote_plugin", "tasklists.tasklists_plugin", "deflist.deflist_plugin"):
        module, function = name.split(".")
        parser.use(getattr(importlib.import_module(f"{plugins.__name__}.{module}"), function))
    return lambda: parser.render(text)


OTHERS = {"pyromark (Markdown to HTML)": _pyromark, "markdown-it-py with plugins": _markdown_it}


def measure(work: Callable[[], object]) -> float:
    """Give the seconds that it takes at its best."""
    return min(timeit.repeat(work, number=1, repeat=ROUNDS))


def main(report: Report) -> None:
    """Print the figures."""
    words = render(article()).words
    print(f"python {platform.python_version()}, {RENDERER}; one article of {words} words; one core")
    for name in ("pyromark", "markdown-it-py"):
        try:
            print(f"{name} {version(name)}")
        except importlib.metadata.PackageNotFoundError:
            print(f"{name}: not installed")
    for name, work in layers().items():
        seconds = measure(work)
        print(f"{name:42} {seconds * 1e6:8,.0f} µs {1 / seconds:10,.0f} a second")
