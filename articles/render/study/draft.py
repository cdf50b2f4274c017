"""An item while its elements are still in the tree: they get their last form when the text for search has been taken."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from articles.items import Item, Option
from articles.render.clean import clean
from articles.render.study.header import Header
from articles.render.tree import Element, text_of

_OPTION = re.compile(
    r'<(summary|p|li|strong|div)(?: [^>]*)?>(?:<span class="(?:letter|said)">[^<]*</span> ?)?(.*)</\1>\s*\Z',
    re.DOTALL,
)
_LABEL = re.compile(
    r"\A\s*(?:<(strong|b|em|i)>)?Sources?:\s*(?:</\1>)?\s*|\A\s*<(strong|b|em|i)>Sources?</\2>:\s*"
)
_VERDICT = re.compile(r'\s*<p class="verdict">.*?</p>\s*', re.DOTALL)


@dataclass(slots=True)
class OptionDraft:
    """An option: the elements that hold its words and its reason."""

    words: list[Element]
    reason: list[Element]
    right: bool
    line: int
    text: str = field(init=False)
    why_text: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the texts before letters and verdicts are put in."""
        self.text, self.why_text = text_of(self.words), text_of(self.reason)

    def finish(self) -> Option:
        """The option with its HTML."""
        words = "".join(_inside(element) for element in self.words).strip()
        held = [element for element in self.reason if element.tag == "div" and len(self.reason) == 1]
        why = "".join(map(_inside, held)) if held else _outside(self.reason)
        why = why[match.end() :] if (match := _VERDICT.match(why)) else why
        return Option(self.text, self.right, self.why_text, words, why.strip(), self.line)


@dataclass(slots=True)
class Draft:
    """An item: the elements that hold its parts."""

    header: Header
    line: int
    case: str = ""
    prompt: list[Element] = field(default_factory=list)
    hint: list[Element] = field(default_factory=list)
    options: list[OptionDraft] = field(default_factory=list)
    answer: list[Element] = field(default_factory=list)
    source: list[Element] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def take_texts(self) -> None:
        """Take the plain texts, before gaps and labels are put in; whoever knows better has set one already."""
        for name in ("prompt", "hint", "answer", "source"):
            self.texts.setdefault(name, text_of(getattr(self, name)))

    def finish(self) -> Item:
        """The item with its HTML."""
        header, texts = self.header, self.texts
        return Item(
            kind=header.kind,
            key=header.key,
            line=self.line,
            prompt_text=texts["prompt"],
            prompt=_outside(self.prompt),
            hint_text=texts["hint"],
            hint=_outside(self.hint),
            options=tuple(option.finish() for option in self.options),
            answer_text=texts["answer"],
            answer=_outside(self.answer),
            source_text=texts["source"],
            source=_LABEL.sub("", "".join(map(_inside, self.source)).strip(), count=1),
            addresses=self._addresses(),
            case=self.case,
            objective=header.objective,
            level=header.level,
            meaning=header.meaning,
        )

    def _addresses(self) -> tuple[str, ...]:
        holders = [*self.prompt, *self.hint, *self.answer, *self.source]
        for option in self.options:
            holders += [*option.words, *option.reason]
        linked = (element for holder in holders for element in holder.iter("a", "img"))
        return tuple(element.get("src") or element.get("href") or "" for element in linked)


def _inside(element: Element) -> str:
    """The sanitized HTML in an element, without what the page puts before it."""
    html = clean(etree.tostring(element, encoding="unicode", method="html", with_tail=False))
    match = _OPTION.match(html)
    return match[2] if match else html


def _outside(elements: Iterable[Element]) -> str:
    html = (etree.tostring(each, encoding="unicode", method="html", with_tail=False) for each in elements)
    return "\n".join(map(clean, html))
