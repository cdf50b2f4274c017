"""What the operator fills in for an ad, and what can be wrong with it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from urllib.parse import urlsplit

from carrel.slots import Label

LONGEST = {"name": 80, "title": 80, "text": 200, "url": 2000, "picture_alt": 200}
HEAVIEST = 1000
LARGEST_NUMBER = 1_000_000_000


class InvalidDraftError(Exception):
    """A draft cannot become an ad. `errors` has a sentence for each wrong field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {sentence}" for field, sentence in errors.items()))
        self.errors = errors


@dataclass(frozen=True)
class AdTargets:
    """The names that an ad may be narrowed down to."""

    slots: Collection[str]
    exams: Collection[str]
    topics: Collection[str]


@dataclass(frozen=True)
class Upload:
    """An uploaded picture: its file in the media folder, and its size."""

    picture: str
    width: int
    height: int


@dataclass(frozen=True)
class Draft:
    """An ad as the operator wants it. Empty `slots`, `exams`, `topics` mean everywhere."""

    name: str
    title: str
    url: str
    text: str = ""
    kind: str = "text"
    label: str = "Advertisement"
    paid: bool = False
    weight: int = 10
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    slots: tuple[str, ...] = ()
    exams: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    cap: int | None = None
    price_cents_per_thousand: int = 0
    picture_alt: str = ""
    active: bool = True
    upload: Upload | None = None  # None keeps the picture that an ad has


def check(draft: Draft, known: AdTargets, *, has_picture: bool = False) -> None:
    """Raise `InvalidDraftError` unless the draft can become an ad."""
    errors: dict[str, str] = {}
    for field, sentence in _faults(draft, known, has_picture or draft.upload is not None):
        errors.setdefault(field, sentence)
    if errors:
        raise InvalidDraftError(errors)


def _faults(draft: Draft, known: AdTargets, has_picture: bool) -> Iterator[tuple[str, str]]:
    yield from _words(draft)
    yield from _choices(draft, known)
    yield from _numbers(draft)
    if not is_target(draft.url):
        yield "url", "Enter an address that begins with https://, or a page of this site such as /pass/."
    if draft.kind == "image" and not has_picture:
        yield "picture", "Choose a PNG, JPEG, WebP, or GIF image of up to 10 MB."
    if draft.kind == "image" and not draft.picture_alt.strip():
        yield "picture_alt", "Describe the picture for readers who cannot see it."
    if draft.starts_at and draft.ends_at and draft.starts_at >= draft.ends_at:
        yield "ends_at", "The end must be after the start."


def _words(draft: Draft) -> Iterator[tuple[str, str]]:
    for field, longest in LONGEST.items():
        value = getattr(draft, field)
        if len(value) > longest:
            yield field, f"This is too long: {longest} characters fit."
        if not value.isprintable():
            yield field, "It contains a line break or an invisible character. Type it again."
    for field in ("name", "title"):
        if not getattr(draft, field).strip():
            yield field, "This cannot be empty."


def _choices(draft: Draft, known: AdTargets) -> Iterator[tuple[str, str]]:
    if draft.kind not in {"text", "image"}:
        yield "kind", "Choose text or image."
    if draft.label not in get_args(Label):
        yield "label", f"Choose {' or '.join(get_args(Label))}."
    for field in ("slots", "exams", "topics"):
        unknown = sorted(set(getattr(draft, field)) - set(getattr(known, field)))
        if unknown:
            yield field, f"There is no {field.removesuffix('s')} {unknown[0]!r}."


def _numbers(draft: Draft) -> Iterator[tuple[str, str]]:
    if not 1 <= draft.weight <= HEAVIEST:
        yield "weight", f"Enter a whole number from 1 to {HEAVIEST}."
    if draft.cap is not None and not 1 <= draft.cap <= LARGEST_NUMBER:
        yield "cap", "Enter the maximum number of views, or leave this empty."
    if not 0 <= draft.price_cents_per_thousand <= LARGEST_NUMBER:
        yield "price_cents_per_thousand", "Enter the price per 1,000 views in cents, or 0 if nobody pays."


def is_target(url: str) -> bool:
    """Whether an ad may link there: http, https, or a page of our own. No scheme that runs something."""
    if "\\" in url or any(char.isspace() for char in url):
        return False
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False
    is_own_page = url.startswith("/") and not url.startswith("//")
    return is_own_page or (parts.scheme in {"http", "https"} and named)
