"""Rewrites the addresses of links and pictures in Markdown, and leaves code as it is."""

import html
import re
from collections.abc import Callable, Collection, Iterator

from articles.importing.html_draft import Resolver

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(`{3,}|~{3,})")
_CODE_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--[\s\S]*?-->")
# Possessive quantifiers (`*+`) never try a text again: no input takes longer than its length allows.
_DESTINATION = r"(?:<(?P<angle>[^<>\n]*+)>|(?P<plain>(?:[^\s()<>\\]|\\.|\((?:[^\s()]|\([^\s()]*+\))*+\))++))"
_TITLE = r"(?P<title>\s+(?:\"(?:\\.|[^\"\\])*+\"|'(?:\\.|[^'\\])*+'|\((?:\\.|[^()\\])*+\)))?"
_CHARACTER = r"\\.|[^\[\]\\\n]|\n(?!\s*\n)"
_TEXT = rf"(?P<text>(?:{_CHARACTER}|\[(?:{_CHARACTER})*+\])*+)"
_IMAGE = re.compile(rf"(?<!\\)!\[{_TEXT}\]\(\s*{_DESTINATION}{_TITLE}\s*\)")
_LINK = re.compile(rf"(?<!\\)(?<!(?<!\\)!)\[{_TEXT}\]\(\s*{_DESTINATION}{_TITLE}\s*\)")
_EMPTY = re.compile(
    rf"(?<!\\)(?<!(?<!\\)!)\[{_TEXT}\]\(\s*\)"
)  # also where a program would have put the address
_DEFINITION = re.compile(
    rf"^(?P<start> {{0,3}}\[(?P<label>(?!\^)(?:\\.|[^\[\]\\\n])++)\]:[ \t]*){_DESTINATION}(?P<end>{_TITLE}[ \t]*)$",
    re.MULTILINE,
)
_TAG = re.compile(r"<(?P<name>img|a)\b(?P<rest>(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?P<name>\b(?:src|href))(?P<equals>\s*=\s*)(?P<quote>[\"'])(?P<value>.*?)(?P=quote)",
    re.IGNORECASE | re.DOTALL,
)
_ALT = re.compile(r"\balt\s*=\s*([\"'])(.*?)\1", re.IGNORECASE | re.DOTALL)
_SHOWN = re.compile(r"!\[([^\[\]]*+)\](?:\[([^\[\]]*+)\])?")  # a picture whose address stands elsewhere
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg|bmp|tiff?)(?:[?#].*)?$", re.IGNORECASE)


def rewrite_markdown(text: str, resolver: Resolver) -> str:
    """The text with every address as the resolver has it."""
    shown = {(found[2] or found[1]).casefold() for found in _SHOWN.finditer(text)}
    return outside_code(text, lambda part: _rewrite(part, resolver, shown))


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with a change made in all parts that are no code and no comment."""
    return "".join(part if is_code else _outside_spans(part, change) for part, is_code in _blocks(text))


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """The text in parts, of which every other one is a fenced block of code."""
    part: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if not fence and found and "`" not in line[found.end() :]:
            yield "".join(part), False
            part, fence = [line], found[1]
        elif (
            fence
            and line.strip(" \t>\r\n")
            and set(line.strip(" \t>\r\n")) == {fence[0]}
            and len(line.strip(" \t>\r\n")) >= len(fence)
        ):
            yield "".join([*part, line]), True
            part, fence = [], ""
        else:
            part.append(line)
    yield "".join(part), bool(fence)


def _outside_spans(text: str, change: Callable[[str], str]) -> str:
    hidden: list[str] = []

    def hide(found: re.Match[str]) -> str:
        hidden.append(found[0])
        return f"\x00{len(hidden) - 1}\x00"

    text = _CODE_SPAN.sub(hide, text)
    last = text.rfind("-->") + 3  # behind it each `<!--` would look for its end in vain, and all the way
    changed = change(_COMMENT.sub(hide, text[:last]) + text[last:])
    for _ in range(3):  # a comment may have code in it
        changed = re.sub("\x00(\\d+)\x00", lambda found: hidden[int(found[1])], changed)
    return changed


def _rewrite(text: str, resolver: Resolver, shown: Collection[str]) -> str:
    text = _IMAGE.sub(lambda found: _image(found, resolver), text)
    text = _LINK.sub(lambda found: _link(found, resolver), text)
    text = _EMPTY.sub(lambda found: found["text"], text)
    text = _DEFINITION.sub(lambda found: _definition(found, resolver, shown), text)
    return _TAG.sub(lambda found: _tag(found, resolver), text)


def _address(found: re.Match[str]) -> str:
    address = found["angle"] if found["angle"] is not None else found["plain"]
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", address))


def _written(address: str) -> str:
    return f"<{address}>" if re.search(r"[\s()]", address) else address


def _image(found: re.Match[str], resolver: Resolver) -> str:
    address = _address(found)
    if path := resolver.picture(address):
        return f"![{found['text']}]({_written(path)}{found['title'] or ''})"
    return picture_in_words(address, found["text"])


def picture_in_words(address: str, alt: str) -> str:
    """A link to a picture that is not here, or else its words."""
    return (
        f"[{alt or 'Picture'}]({_written(address)})" if address.startswith(("http://", "https://")) else alt
    )


def _link(found: re.Match[str], resolver: Resolver) -> str:
    address = _address(found)
    if _PICTURE.search(address) and not address.startswith(("http://", "https://")):
        return (
            found["text"]
            if resolver.picture(address) is None
            else f"![{found['text']}]({_written(resolver.picture(address) or '')})"
        )
    target = address if address.startswith("#") else resolver.link(address)
    return found["text"] if target is None else f"[{found['text']}]({_written(target)}{found['title'] or ''})"


def _definition(found: re.Match[str], resolver: Resolver, shown: Collection[str]) -> str:
    address = _address(found)
    target = resolver.picture(address) if found["label"].casefold() in shown else resolver.link(address)
    return f"{found['start']}{_written(target or address)}{found['end']}"


def _tag(found: re.Match[str], resolver: Resolver) -> str:
    is_image, rest = found["name"].lower() == "img", found["rest"]
    attribute = next(
        (
            each
            for each in _ATTRIBUTE.finditer(rest)
            if each["name"].lower() == ("src" if is_image else "href")
        ),
        None,
    )
    if attribute is None:
        return found[0]
    address = html.unescape(attribute["value"].strip())
    if is_image:
        alt = _ALT.search(rest)
        words = html.unescape(alt[2]) if alt else ""
        path = resolver.picture(address)
        return f"![{words}]({_written(path)})" if path else picture_in_words(address, words)
    target = address if address.startswith("#") else resolver.link(address)
    if target is None:
        rest = rest[: attribute.start()] + rest[attribute.end() :]
    else:
        rest = rest[: attribute.start()] + f'href="{html.escape(target)}"' + rest[attribute.end() :]
    return f"<{found['name']}{rest}>"
