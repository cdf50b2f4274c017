"""The text of a Ghost post: its author's Markdown, the HTML that Ghost made, or else what its editor's format says."""

import json
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any, Literal

_MAILS_ONLY = {"email", "email-cta", "card-email"}
_MARKDOWN = {"markdown", "card-markdown"}
_FORMATS = (
    (1, "strong"),
    (2, "em"),
    (4, "s"),
    (8, "u"),
    (16, "code"),
    (32, "sub"),
    (64, "sup"),
    (128, "mark"),
)
_ONLY_IN_MAILS = "The email-only part was left out."

Text = tuple[str, Literal["html", "markdown"], list[str]]


def html_of(row: Mapping[str, Any]) -> Text:
    """The text of a post, its form, and what was left out."""
    lexical, mobiledoc = _parsed(row.get("lexical")), _parsed(row.get("mobiledoc"))
    cards = [*_lexical_cards(lexical), *_mobiledoc_cards(mobiledoc)]
    notes = [_ONLY_IN_MAILS] if any(kind in _MAILS_ONLY for kind, _ in cards) else []
    only = [str(values.get("markdown") or "") for kind, values in cards if kind in _MARKDOWN]
    if only and _is_only_markdown(lexical, mobiledoc):
        return only[0], "markdown", notes
    if written := str(row.get("html") or ""):
        return written, "html", notes
    if written := str(row.get("markdown") or ""):
        return written, "markdown", notes
    made = "".join(map(_lexical, _children(lexical.get("root")))) or _mobiledoc(mobiledoc)
    plain = escape(str(row.get("plaintext") or ""))
    return made or (f"<p>{plain}</p>" if plain.strip() else ""), "html", notes


def _parsed(value: Any) -> Mapping[str, Any]:
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, Mapping) else {}


def _children(node: Any) -> list[Mapping[str, Any]]:
    children = node.get("children") if isinstance(node, Mapping) else None
    return [child for child in children if isinstance(child, Mapping)] if isinstance(children, list) else []


def _lexical_cards(lexical: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(str(node.get("type")), node) for node in _children(lexical.get("root"))]


def _mobiledoc_cards(mobiledoc: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    cards = mobiledoc.get("cards")
    pairs = cards if isinstance(cards, list) else []
    return [
        (str(card[0]), card[1])
        for card in pairs
        if isinstance(card, list) and len(card) == 2 and isinstance(card[1], Mapping)
    ]


def _is_only_markdown(lexical: Mapping[str, Any], mobiledoc: Mapping[str, Any]) -> bool:
    nodes = [
        node for node in _children(lexical.get("root")) if _children(node) or node.get("type") != "paragraph"
    ]
    if nodes:
        return len(nodes) == 1 and nodes[0].get("type") in _MARKDOWN
    sections = [section for section in mobiledoc.get("sections", []) if section != [1, "p", []]]
    kinds = [kind for kind, _ in _mobiledoc_cards(mobiledoc)]
    return len(sections) == 1 and sections[0][0] == 10 and len(kinds) == 1 and kinds[0] in _MARKDOWN


def _inline(nodes: Iterable[Mapping[str, Any]]) -> str:
    return "".join(map(_lexical, nodes))


_TAGS = {"paragraph": "p", "listitem": "li", "quote": "blockquote", "aside": "blockquote"}
_VOID = {"linebreak": "<br>", "horizontalrule": "<hr>"}
_LEVELS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def _lexical(node: Mapping[str, Any]) -> str:
    """A node of Lexical as HTML; unknown ones as what is in them."""
    kind, inner = str(node.get("type")).removeprefix("extended-"), _inline(_children(node))
    if kind == "text":
        return _formatted(str(node.get("text") or ""), node.get("format"))
    tag = _TAGS.get(kind, "")
    if kind == "heading":
        tag = str(node.get("tag")) if node.get("tag") in _LEVELS else "h2"
    elif kind == "list":
        tag = "ol" if node.get("listType") == "number" else "ul"
    if tag:
        return f"<{tag}>{inner}</{tag}>"
    if kind in {"link", "autolink"}:
        return f'<a href="{escape(str(node.get("url") or ""))}">{inner}</a>'
    return _VOID.get(kind) or _card(kind, node) or inner


def _formatted(text: str, marks: Any) -> str:
    html = escape(text, quote=False)
    for bit, tag in _FORMATS:
        if isinstance(marks, int) and marks & bit:
            html = f"<{tag}>{html}</{tag}>"
    return html


def _card(kind: str, values: Mapping[str, Any]) -> str:
    """A card of either editor as HTML; "" for one that shows nothing here."""
    make = _CARDS.get(kind.removeprefix("card-"))
    return make(values) if make else ""


def _first(values: Mapping[str, Any], *names: str) -> str:
    return next((str(values[name]) for name in names if values.get(name)), "")


def _image(values: Mapping[str, Any]) -> str:
    alt, caption = escape(_first(values, "alt")), _first(values, "caption")
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="{escape(_first(values, "src"))}" alt="{alt}">{caption}</figure>'


def _gallery(values: Mapping[str, Any]) -> str:
    images = values.get("images")
    return (
        "".join(_image(image) for image in images if isinstance(image, Mapping))
        if isinstance(images, list)
        else ""
    )


def _code(values: Mapping[str, Any]) -> str:
    language = escape(_first(values, "language") or "text")
    return f'<pre><code class="language-{language}">{escape(_first(values, "code"))}</code></pre>'


def _callout(values: Mapping[str, Any]) -> str:
    return f'<div class="kg-callout-card"><div class="kg-callout-text">{_first(values, "calloutText")}</div></div>'


def _toggle(values: Mapping[str, Any]) -> str:
    return f"<details><summary>{_first(values, 'heading')}</summary>{_first(values, 'content')}</details>"


def _link(values: Mapping[str, Any]) -> str:
    address, metadata = escape(_first(values, "src", "url", "buttonUrl")), values.get("metadata")
    title = _first(values, "title", "fileTitle", "buttonText")
    title = title or (_first(metadata, "title") if isinstance(metadata, Mapping) else "")
    return f'<p><a href="{address}">{escape(title) or address}</a></p>' if address else ""


_CARDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "html": lambda values: _first(values, "html"), "code": _code, "codeblock": _code, "image": _image, "gallery": _gallery,
    "callout": _callout, "toggle": _toggle, "hr": lambda _values: "<hr>",
    "markdown": lambda values: f"<p>{escape(_first(values, 'markdown'))}</p>",
    "embed": _link, "bookmark": _link, "button": _link, "video": _link, "audio": _link, "file": _link,
}  # fmt: skip


def _mobiledoc(document: Mapping[str, Any]) -> str:
    """Mobiledoc (sections of markers) as HTML."""
    return "".join(
        _section(section, document) for section in document.get("sections", []) if isinstance(section, list)
    )


def _section(section: list[Any], document: Mapping[str, Any]) -> str:
    try:
        match section[0]:
            case 1:
                return f"<{section[1]}>{_markers(section[2], document)}</{section[1]}>"
            case 2:
                return f'<figure><img src="{escape(str(section[1]))}" alt=""></figure>'
            case 3:
                items = "".join(f"<li>{_markers(item, document)}</li>" for item in section[2])
                return f"<{section[1]}>{items}</{section[1]}>"
            case 10:
                kind, values = document["cards"][section[1]]
                return _card(str(kind), values)
    except (IndexError, KeyError, TypeError, ValueError):
        pass
    return ""


def _markers(markers: list[Any], document: Mapping[str, Any]) -> str:
    html, opened = "", []
    for kind, opens, closes, value in markers:
        for index in opens:
            tag, *rest = document["markups"][index]
            pairs = rest[0] if rest else []
            attributes = "".join(
                f' {name}="{escape(str(pairs[n * 2 + 1]))}"' for n, name in enumerate(pairs[::2])
            )
            html += f"<{tag}{attributes}>"
            opened.append(str(tag))
        html += escape(str(value), quote=False) if kind == 0 else "<br>"
        for _ in range(closes):
            html += f"</{opened.pop()}>"
    return html
