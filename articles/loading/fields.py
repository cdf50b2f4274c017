"""The fields of front matter and of `exam.toml`, strictly typed; unknown keys are errors."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from articles.loading.field_types import (
    SLUG,
    SLUG_LENGTH,
    Day,
    Language,
    Line,
    Moment,
    Slug,
    Text,
    Title,
    Url,
    field_error,
)
from articles.loading.file_names import slug_of
from articles.loading.old_paths import validate_alias

AUTHOR = "the editors"


def validate_series(name: str) -> str:
    """The name of a series, which makes its address too."""
    if not SLUG.match(series_slug(name)):
        raise field_error(
            "bad-series", f"“{name}” cannot be turned into an address.", "Use letters or digits in the name."
        )
    return name


def series_slug(name: str) -> str:
    """The slug of a series."""
    return slug_of(name.replace("/", " ").replace(".", " "))[:SLUG_LENGTH].strip("-")


Alias = Annotated[str, AfterValidator(validate_alias)]
SeriesName = Annotated[Text, Field(max_length=120), AfterValidator(validate_series)]


def _validate_quotes(value: str) -> str:
    if len(value) in (0, 2, 4):
        return value
    message = "Quotes are one or two characters to open and as many to close."
    raise field_error("bad-quotes", message, "Write “”, „“ or «», for example.")


Quotes = Annotated[str, AfterValidator(_validate_quotes)]


class Fields(BaseModel):
    """Strict types, no unknown keys, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(Fields):
    """A source that an article cites."""

    title: Text
    url: Url | None = None


class Change(Fields):
    """A change of an article that readers are told of."""

    date: Day
    note: Text


class FrontMatter(Fields):
    """The front matter of an article."""

    title: Title
    summary: Annotated[Text, Field(max_length=500)] = ""  # then it is made from the text
    slug: Slug | None = None
    author: Annotated[Text, Field(max_length=120)] = AUTHOR
    domain: Slug | None = None
    topics: list[Text] = []  # slugs or names
    order: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    published: Moment | None = None
    updated: Day | None = None
    reviewed: Day | None = None
    reviewer: Annotated[Text, Field(max_length=120)] | None = None
    expires: Moment | None = None
    draft: bool = False
    ads: bool = True
    newsletter: bool = True  # whether a digest may bring it
    lang: Language | None = None  # where it is missing, the exam's, or else the site's
    math: bool | None = None  # whether `$` holds formulas; where it is missing, the exam's
    aliases: list[Alias] = []
    image: Text | None = None  # a file beside the article
    image_alt: Annotated[Text, Field(max_length=500)] | None = None
    series: SeriesName | None = None
    part: Annotated[int, Field(ge=1, le=10_000)] | None = None
    related: Annotated[list[Text], Field(max_length=12)] = []  # slugs or file names
    changes: list[Change] = []
    sources: list[Source] = []

    @model_validator(mode="after")
    def _check_dates(self) -> "FrontMatter":
        if (self.reviewed is None) != (self.reviewer is None):
            raise field_error(
                "half-review",
                "A review needs both its date and its reviewer.",
                "Give `reviewed` and `reviewer`, or neither.",
            )
        if self.expires and self.published and self.expires <= self.published:
            raise field_error(
                "expires-early",
                "The article would expire before it appears.",
                "Make `expires` later than `published`.",
            )
        return self


class AuthorFields(Fields):
    """An author in `authors.toml`."""

    name: Annotated[Text, Field(max_length=120)]
    credentials: Annotated[Text, Field(max_length=120)] = ""  # "CPC, CPB"
    bio: Annotated[Text, Field(max_length=1_000)] = ""
    links: Annotated[list[Url], Field(max_length=10)] = []  # pages elsewhere that are about the same person


class PageMatter(Fields):
    """The front matter of a plain page."""

    title: Title
    summary: Annotated[Text, Field(max_length=500)] | None = None
    updated: Day | None = None


class PassWording(Fields):
    """An exam's own words for the pass."""

    noun: Annotated[Text, Field(max_length=80)] | None = None
    line: Line | None = None


class DomainFields(Fields):
    """A domain of the exam's outline."""

    slug: Slug
    title: Title
    weight: Annotated[float, Field(gt=0, le=100, strict=False)] | None = None
    source: Url | None = None
    objectives: dict[Slug, Annotated[Text, Field(max_length=200)]] = {}  # that items are about

    @model_validator(mode="after")
    def _check_weight(self) -> "DomainFields":
        if self.weight is not None and self.source is None:
            raise field_error(
                "weight-without-source",
                "A weight needs the address of its source.",
                'Add source = "https://…"',
            )
        return self


class ExamFields(Fields):
    """A whole `exam.toml`."""

    name: Annotated[Text, Field(max_length=40)]
    title: Title
    body: Title
    body_url: Url | None = None
    summary: Text
    disclaimer: Text | None = None  # then the site's own holds
    order: int = 1_000
    lang: Language | None = None  # of its texts and articles; where it is missing, the site's
    math: bool = False  # whether `$` holds formulas in its articles
    quotes: Quotes = ""
    pass_: Annotated[PassWording, Field(alias="pass")] = PassWording()
    domains: list[DomainFields] = []
    topics: dict[Slug, Annotated[Text, Field(max_length=120)]] = {}
    retired: list[Slug] = []  # ids of items that were published, and are gone
    acronyms: dict[Annotated[Text, Field(max_length=20)], Annotated[Text, Field(max_length=120)]] = {}
