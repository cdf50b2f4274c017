"""Videos of hosts, however they were embedded: they become a link, as a page runs nothing of theirs."""

import re
from html import escape, unescape

from articles.render.texts import is_in_link, replace_text, slot_before
from articles.render.tree import Element, Tree, new_element

_YOUTUBE = re.compile(
    r"(?:https?:)?//(?:www\.|m\.)?(?:youtube(?:-nocookie)?\.com/(?:embed/|v/|shorts/|live/|watch\?(?:[^\s\"'<>]{0,200}&)?v=)|youtu\.be/)"
    r"([\w-]{11})(?![\w-])"
)
_VIMEO = re.compile(r"(?:https?:)?//(?:www\.|player\.)?vimeo\.com/(?:video/)?(\d{4,12})(?!\d)")
_SRC = re.compile(r"""\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_TITLE = re.compile(r"""\stitle\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SHORTCODE = re.compile(r"\{\{[<%]\s{0,3}(youtube|vimeo)\s+([^\n{}]{1,200}?)\s{0,3}[>%]\}\}")
_EMBED, _EMBED_END = re.compile(r"\[embed[^\]\n]{0,80}\]\s?\Z"), re.compile(r"(?:\[|%5B)/embed(?:\]|%5D)\Z")
_LEARN = re.compile(r"\[!VIDEO\s+(https://[^\]\s]{1,300})\]")  # Microsoft's
_ARGUMENT = re.compile(r"""(?:(\w+)\s*=\s*)?["“”]?([^"“”=]+?)["“”]?(?=\s+\w+\s*=|\s*\Z)""")
EMBEDS = ("iframe", "embed")


def video_address(address: str) -> tuple[str, str] | None:
    """The address to watch a video at, and the name of its host."""
    if match := _YOUTUBE.match(address.strip()):
        return f"https://www.youtube.com/watch?v={match[1]}", "YouTube"
    if match := _VIMEO.match(address.strip()):
        return f"https://vimeo.com/{match[1]}", "Vimeo"
    return None


def words_of(title: str, host: str) -> str:
    """What the link says."""
    return f"Video: {title} ({host})" if title else f"Video on {host}"


def link_for_tag(rest: str) -> str | None:
    """A link as HTML in place of a tag that embeds a video; `rest` is all behind the tag's name."""
    source, title = _SRC.search(rest), _TITLE.search(rest)
    address = unescape(next(filter(None, source.groups()), "")) if source else ""
    found = video_address(address)
    if found is None:
        return None
    words = " ".join(unescape(next(filter(None, title.groups()), "")).split()) if title else ""
    if words.lower().startswith(("youtube video player", "vimeo video player")):
        words = ""
    return f'<a href="{escape(found[0])}">{escape(words_of(words, found[1]))}</a>'


def link_videos(tree: Tree, source: str) -> None:
    """Make links of the shortcodes of Hugo and WordPress that embed a video, and of pictures that are one."""
    for picture in list(tree.elements["img"]):
        if "//" in (address := picture.get("src", "")) and (found := video_address(address)):
            tree.elements["img"].remove(picture)
            words = picture.get("alt", "")
            picture.attrib.clear()
            picture.tag, picture.text = "a", words_of(words, found[1])
            picture.set("href", found[0])
            tree.elements["a"].append(picture)
    if "[!VIDEO" in source:
        replace_text(
            tree,
            "[!VIDEO",
            _LEARN,
            lambda match, holder: None if is_in_link(holder) else _link_to(tree, match[1]),
        )
    if "[/embed]" in source:
        for link in tree.elements["a"]:
            _unwrap_embed(link)
    if "{{" in source:
        replace_text(
            tree, "{{", _SHORTCODE, lambda match, holder: None if is_in_link(holder) else _link(tree, match)
        )


def _unwrap_embed(link: Element) -> None:
    """WordPress's `[embed]https://…[/embed]`, of which the bare address took the end."""
    slot = slot_before(link)
    if not _EMBED_END.search(link.get("href", "")) or not _EMBED.search(slot.text[-100:]):
        return
    slot.set(slot.text[: slot.text.rindex("[embed")])
    href = _EMBED_END.sub("", link.get("href", ""))
    found = video_address(href)
    link.set("href", found[0] if found else href)
    link.text = words_of("", found[1]) if found else _EMBED_END.sub("", link.text or "")


def _link(tree: Tree, shortcode: re.Match[str]) -> Element | None:
    values = {name or "id": value for name, value in _ARGUMENT.findall(shortcode[2])}
    prefix = "https://youtu.be/" if shortcode[1] == "youtube" else "https://vimeo.com/"
    return _link_to(tree, prefix + values.get("id", "").strip("'‘’ "), values.get("title", ""))


def _link_to(tree: Tree, address: str, title: str = "") -> Element | None:
    found = video_address(address)
    if found is None:
        return None
    link = new_element("a", href=found[0])
    link.text = words_of(title, found[1])
    tree.elements["a"].append(link)
    return link
