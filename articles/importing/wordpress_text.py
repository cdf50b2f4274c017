"""The text of a WordPress post as HTML: shortcodes replaced, paragraphs made where the editor had none."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from articles.importing.embeds import watch_page
from articles.importing.export import Post
from articles.importing.holders import opens, title_of
from articles.importing.spans import split_elements

_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'\]]+))")
_SHORTCODE = re.compile(
    r"(?<!\[)\[(?P<name>[a-zA-Z][\w-]*)(?P<rest>(?:\s+[^\[\]]*?)?)(?P<closed>/?)\](?:(?P<inner>(?:(?!\[/?(?P=name)[\s\]])[\s\S])*+)\[/(?P=name)\])?(?!\])"
)
_ESCAPED = re.compile(r"\[(\[([a-zA-Z][\w-]*)[^\[\]]*+\](?:[^\[\]]*+\[/\2\])?)\]")
_SHARED = re.compile(r"<!-- wp:block \{[^{}]*\"ref\":\s*(\d+)[^{}]*\} /-->")
_DEPTH = 3  # of shared blocks in shared blocks
_CODE = ("pre", "code", "script", "style")
_BLOCKS = "address|article|aside|blockquote|details|div|dl|figure|figcaption|fieldset|footer|form|h[1-6]|header|hr|iframe|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|dd|dt"
_HOLDERS = "blockquote|div|section|article|aside|details|main"  # text in them is paragraphs
_STARTS_BLOCK = re.compile(rf"\s*</?(?:{_BLOCKS})\b|\s*<!--", re.IGNORECASE)
_PLAYERS = {
    "youtube",
    "vimeo",
    "embed",
    "video",
    "audio",
    "wpvideo",
    "dailymotion",
    "soundcloud",
    "ted",
    "tweet",
    "gist",
    "playlist",
}
_KNOWN = {"caption", "wp_caption", "gallery", "more"} | _PLAYERS
_LANGUAGES = {"sourcecode", "code", "php", "python", "java", "javascript", "js", "css", "html", "xml", "sql", "bash", "shell", "ruby", "csharp", "cpp", "c"}  # fmt: skip


@dataclass(frozen=True)
class Attachments:
    """The addresses of pictures by their ids, those of each post, and blocks that posts share."""

    urls: dict[str, str]
    of_posts: Mapping[str, list[str]] = field(default_factory=dict)  # ids of pictures by that of the post
    shared: Mapping[str, str] = field(default_factory=dict)  # texts by id

    def url(self, key: str) -> str:
        """The address of one, or ""."""
        return self.urls.get(key.strip(), "")


def to_html(text: str, attachments: Attachments, post: Post) -> str:
    """The text as the site showed it."""
    for _ in range(_DEPTH):
        text = _SHARED.sub(lambda found: attachments.shared.get(found[1], ""), text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    has_blocks = "<!-- wp:" in text
    text = _code_shortcodes(text)
    text = _outside_code(text, lambda part: _replace(part, attachments, post))
    if not has_blocks:
        text = _outside_code(text, _bare_players)
        text = make_paragraphs(text)
    return text


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if is_code else change(part) for part, is_code in split_elements(text, _CODE))


def _code_shortcodes(text: str) -> str:
    """`[sourcecode language="php"]` and its kin, whose inside is code."""
    names = "|".join(sorted(_LANGUAGES, key=len, reverse=True))

    def replace(found: re.Match[str]) -> str:
        attributes = _attributes(found[2])
        name = found[1].lower()
        language = (
            attributes.get("language")
            or attributes.get("lang")
            or ("" if name in {"code", "sourcecode"} else name)
        )
        return f'<pre><code class="language-{escape(language or "text")}">{escape(unescape(found[3]).strip(chr(10)), quote=False)}</code></pre>'

    return re.sub(rf"(?<!\[)\[({names})((?:\s[^\]]*+)?)\]((?:(?!\[/?\1\b)[\s\S])*+)\[/\1\]", replace, text)


def _attributes(text: str) -> dict[str, str]:
    plain = text.replace("“", '"').replace("”", '"').replace("″", '"').replace("&quot;", '"')
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(plain)
    }


def _replace(text: str, attachments: Attachments, post: Post) -> str:
    def replace(found: re.Match[str]) -> str:
        name, attributes, inner = found["name"].lower(), _attributes(found["rest"]), found["inner"]
        is_shortcode = name in _KNOWN or attributes or inner is not None or found["closed"]
        if not is_shortcode:
            return found[0]
        match name:
            case "caption" | "wp_caption":
                return _caption(inner or "", attributes)
            case "gallery":
                return _gallery(attributes, attachments, post)
            case "more":
                return ""
            case _ if name in _PLAYERS:
                return _player(found["rest"], attributes, inner or "", post)
        post.note(f"The shortcode [{name}] was left out" + ("; its content stays." if inner else "."))
        return _held(name, title_of(attributes), inner or "")

    for _ in range(4):  # one may stand in another
        changed = _SHORTCODE.sub(replace, text)
        if changed == text:
            break
        text = changed
    return _ESCAPED.sub(r"\1", text)


def _held(name: str, title: str, inner: str) -> str:
    """What a shortcode of a plugin holds, below its title; what it hides stays hidden."""
    if not title or not inner.strip():
        return inner
    words = escape(title, quote=False)
    if opens(name):
        return f"\n\n<details><summary>{words}</summary>\n\n{inner}\n\n</details>\n\n"
    return f"\n\n<strong>{words}</strong>\n\n{inner}"


def _caption(inner: str, attributes: dict[str, str]) -> str:
    picture = re.search(r"(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", inner, re.IGNORECASE)
    if picture is None:
        return inner
    words = attributes.get("caption") or (inner[: picture.start()] + inner[picture.end() :]).strip()
    return f"\n\n<figure>{picture[0]}<figcaption>{words}</figcaption></figure>\n\n"


def _gallery(attributes: dict[str, str], attachments: Attachments, post: Post) -> str:
    chosen = (attributes.get("ids") or attributes.get("include") or "").replace(" ", "")
    keys = chosen.split(",") if chosen else attachments.of_posts.get(post.id, [])
    urls = [url for key in keys if (url := attachments.url(key))]
    if not urls:
        post.note("A gallery was left out: the export does not say which pictures it has.")
    return "\n\n" + "\n\n".join(f'<figure><img src="{escape(url)}" alt=""></figure>' for url in urls) + "\n\n"


def _player(rest: str, attributes: dict[str, str], inner: str, post: Post) -> str:
    values = [*attributes.values(), inner.strip(), *rest.replace("=", " ").split()]
    address = next(
        (
            unescape(value).strip("\"'")
            for value in values
            if value.lstrip("\"'").startswith(("http://", "https://"))
        ),
        "",
    )
    if not address:
        post.note("A video or sound was left out: its shortcode has no address.")
        return inner
    return f'\n\n<p><a href="{escape(watch_page(address))}">{escape(address)}</a></p>\n\n'


def _bare_players(text: str) -> str:
    """An address alone on its line is an embedded page; here it is a link."""
    return re.sub(r"(?m)^[ \t]*(https?://[^\s<\"\[\]]+)[ \t]*$", r'<a href="\1">\1</a>', text)


def make_paragraphs(text: str) -> str:
    """Blank lines part paragraphs, and a line end is one, as in WordPress's classic editor."""
    kept: list[str] = []

    def keep(part: str) -> str:
        kept.append(part)
        return f'\n\n<pre data-kept="{len(kept) - 1}"></pre>\n\n'

    text = "".join(keep(part) if is_code else part for part, is_code in split_elements(text, ("pre",)))
    text = re.sub(rf"(<(?:{_BLOCKS})\b[^>]*>)", r"\n\n\1", text, flags=re.IGNORECASE)
    text = re.sub(rf"(</(?:{_BLOCKS})>|<(?:{_HOLDERS})\b[^>]*>)", r"\1\n\n", text, flags=re.IGNORECASE)
    text = re.sub(rf"(</(?:{_HOLDERS})>)", r"\n\n\1", text, flags=re.IGNORECASE)
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
    html = "\n".join(part if _STARTS_BLOCK.match(part) else f"<p>{_with_breaks(part)}</p>" for part in parts)
    return re.sub(r'<pre data-kept="(\d+)"></pre>', lambda found: kept[int(found[1])], html)


def _with_breaks(part: str) -> str:
    return re.sub(r"(?<!<br>)(?<!<br/>)(?<!<br />)\n", "<br>\n", part.strip())
