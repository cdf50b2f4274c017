"""What `components/study.html` shows of an item: to be answered, or with what came of an answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from articles.models import Article, Exam, StudyItem, StudyText
from articles.render import elsewhere
from articles.render.study.workpiece import ANCHOR, LABELS
from website.study.checking import Checked, comparable

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six")


@dataclass(frozen=True, slots=True)
class OptionView:
    """An option of a question, an accepted answer or a known mistake, a step of an order, the words of a gap."""

    index: int  # in the file
    html: Markup
    why: Markup
    right: bool
    comparable: str  # of the written answer that it is
    is_chosen: bool = False  # or meant by what was written
    place: int = 0  # that the step was given; 0 is none

    @property
    def is_telling(self) -> bool:
        """Whether its reason is read first: the answer's own, and the right one's."""
        return self.right or self.is_chosen

    @property
    def verdict(self) -> str:
        """What is said of it once the question is checked."""
        if self.right:
            return "Your answer, right" if self.is_chosen else "The right answer"
        return "Your answer, wrong" if self.is_chosen else ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as its template names it. `shown` are its options in the order in which readers see them."""

    key: str
    exam: str  # slug
    kind: str
    revision: str
    meaning: int
    prompt: Markup
    hint: Markup
    answer: Markup
    source: Markup
    options: tuple[OptionView, ...]  # as in the file
    shown: tuple[OptionView, ...]
    article: Article
    language: str | None
    case_key: str | None = None
    number: int = 0  # in its set; 0 is none
    domain: str = ""  # the title of its domain
    checked: Checked | None = None
    note: str = ""  # why it was not checked, when the others were

    @property
    def label(self) -> str:
        """Its kind and number."""
        return f"{LABELS[self.kind]} {self.number}" if self.number else LABELS[self.kind]

    @property
    def url(self) -> str:
        """Its place in its article."""
        return f"{self.article.url}#{ANCHOR}{self.key}"

    @property
    def several(self) -> int:
        """How many options of a question are right."""
        return sum(option.right for option in self.options)

    @property
    def how(self) -> str:
        """How many options are to be chosen, in words."""
        count = self.several
        return f"Choose {_NUMBERS[count] if count < len(_NUMBERS) else count}"

    @property
    def verdict(self) -> str:
        """What came of the answer, in a word."""
        if self.checked is None:
            return self.note or "Not answered"
        return "Right" if self.checked.is_right else "Not right"

    @property
    def accepted(self) -> list[OptionView]:
        """The right options, the one that was meant first."""
        return sorted(
            (option for option in self.options if option.right), key=lambda option: not option.is_chosen
        )

    @property
    def mistake(self) -> OptionView | None:
        """The known mistake that was written."""
        return next((option for option in self.options if option.is_chosen and not option.right), None)


@dataclass(frozen=True, slots=True)
class StoryView:
    """The story of a case, which stands before its items."""

    key: str
    html: Markup
    language: str | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """Items in a row: those of one case after its story, or others."""

    story: StoryView | None
    items: tuple[ItemView, ...]


def item_view(
    item: StudyItem,
    text: StudyText,
    article: Article,
    exam: Exam,
    *,
    number: int = 0,
    domain: str = "",
    shown: Sequence[int] | None = None,
    checked: Checked | None = None,
    note: str = "",
) -> ItemView:
    """The item; `shown` are indexes of its options in the order for readers. Its texts were sanitized when published."""
    options = tuple(_options(text, article, checked))
    return ItemView(
        key=item.key,
        exam=exam.slug,
        kind=item.kind,
        revision=item.revision,
        meaning=item.meaning,
        prompt=_html(text.prompt, article),
        hint=_html(text.hint, article),
        answer=_html(text.answer, article),
        source=_html(text.source, article),
        options=options,
        shown=tuple(options[index] for index in shown) if shown is not None else options,
        article=article,
        language=article.lang or exam.lang,
        case_key=item.case_key,
        number=number,
        domain=domain,
        checked=checked,
        note=note,
    )


def _html(html: str, article: Article) -> Markup:
    """A part of an item as it may stand on a page that is not its article's."""
    return Markup(elsewhere(html, article.url))  # noqa: S704 - it was sanitized when it was published


def _options(text: StudyText, article: Article, checked: Checked | None) -> Iterator[OptionView]:
    chosen = checked.given.chosen if checked else frozenset()
    places = checked.given.places if checked else ()
    for index, option in enumerate(text.options):
        yield OptionView(
            index,
            _html(option["html"], article),
            _html(option["why"], article),
            bool(option["right"]),
            comparable(option["text"]),
            index in chosen or (checked is not None and checked.match == index),
            places[index] if index < len(places) else 0,
        )


def story_view(text: StudyText, key: str, article: Article, exam: Exam) -> StoryView:
    """The story of a case."""
    return StoryView(key, _html(text.prompt, article), article.lang or exam.lang)


def grouped(items: Iterable[ItemView], stories: Iterable[StoryView]) -> list[GroupView]:
    """The items in their order, each story before the first of its items."""
    by_key = {story.key: story for story in stories}
    return [
        GroupView(by_key.get(case or ""), tuple(run))
        for case, run in groupby(items, key=lambda item: item.case_key)
    ]
