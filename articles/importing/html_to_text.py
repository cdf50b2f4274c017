"""HTML of other programs as Markdown; what Markdown cannot write stays as HTML that the site allows."""

import re
from collections.abc import Callable

from html_to_markdown import ConversionOptions, convert
from lxml import html

from articles.importing import embeds, footnotes, html_rules, tables
from articles.importing.escapes import without_needless_escapes
from articles.importing.html_draft import Draft, Element, Resolver

_OPTIONS = ConversionOptions(
    extract_metadata=False, autolinks=False, escape_misc=True, escape_asterisks=True, escape_underscores=True,
    br_in_tables=True, compact_tables=True, list_indent_width=4, include_blockquote_citations=False,
    expand_abbreviations=False, inline_data_media="drop_element", hidden_content="all",
    preserve_tags=["sub", "sup", "kbd", "mark", "small", "u", "ins", "abbr", "q", "cite", "samp", "var", "ruby"],
)  # fmt: skip
_KEEP = re.compile(r"CARRELKEEP(\d+)END")
_BLANK_LINES = re.compile(r"\n{3,}")


def to_markdown(
    source: str, resolver: Resolver, note: Callable[[str], None], notes: dict[str, str] | None = None
) -> str:
    """The text of a post. `notes` are footnotes that the program keeps apart, by id."""
    if not source.strip():
        return ""
    draft = Draft(resolver, note)
    root = html.fragment_fromstring(_clean(source), create_parent="div")
    for rule in (
        embeds.convert_cards,
        html_rules.drop_programs,
        html_rules.rename_old,
        embeds.convert_embeds,
        html_rules.resolve_links,
        html_rules.resolve_pictures,
        html_rules.unwrap_figures,
        html_rules.plain_code,
        html_rules.level_headings,
        html_rules.part_lists,
    ):
        rule(root, draft)
    endings = footnotes.collect(root, draft, notes or {})
    html_rules.keep_anchors(root, draft)
    tables.keep_difficult(root, draft)
    html_rules.keep_definitions(root, draft)
    html_rules.keep_details(root, draft)
    parts = [_converted(root), *(f"{start}{_indented(_converted(body))}" for start, body in endings)]
    return _filled("\n\n".join(part for part in parts if part.strip()), draft.pieces).strip() + "\n"


def _clean(source: str) -> str:
    """Without what lxml does not take: controls, which nobody sees."""
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u202d\u202e]", "", source)


def _converted(root: Element) -> str:
    text = convert(html.tostring(root, encoding="unicode"), _OPTIONS).content or ""
    return without_needless_escapes(_BLANK_LINES.sub("\n\n", text).strip())


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")


def _filled(text: str, pieces: list[str]) -> str:
    """The text with its pieces, which may have pieces in them."""
    for _ in range(20):
        if not _KEEP.search(text):
            break
        text = _KEEP.sub(lambda found: pieces[int(found[1])], text)
    return text
