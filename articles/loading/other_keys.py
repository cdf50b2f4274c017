"""Keys that other programs write in front matter, read as ours: Jekyll, Hugo, Pelican, Docusaurus, Obsidian."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from articles.loading.field_types import SLUG
from articles.loading.strict_yaml import Unquoted, YamlMapping
from articles.problems import Problem

# In the order of preference: of two keys that mean the same, the first one is read.
SAME_AS = {
    "description": "summary", "excerpt": "summary", "abstract": "summary", "metadescription": "summary",
    "publishdate": "published", "pubdate": "published", "date": "published", "created": "published",
    "lastmod": "updated", "lastmodifiedat": "updated", "modified": "updated", "lastupdated": "updated",
    "expirydate": "expires", "tags": "topics", "tag": "topics", "weight": "order", "sidebarposition": "order",
    "featureimage": "image", "featuredimage": "image", "cover": "image", "coverimage": "image", "heroimage": "image",
    "ogimage": "image", "thumbnail": "image", "featureimagealt": "image_alt", "featuredimagealt": "image_alt",
    "coveralt": "image_alt", "imagealt": "image_alt", "relatedposts": "related",
    "permalink": "aliases", "redirectfrom": "aliases", "url": "aliases", "alias": "aliases",
}  # fmt: skip
OTHER_KEY = "other key"  # (field, OTHER_KEY) has the line of the key that a field was given under
# Whoever writes one of these wants not everybody to read it: it is never passed over.
_HIDING = {"headless", "hidden", "password", "private", "protected", "status", "unlisted", "visibility"}
_HIDDEN = {"draft", "unpublished"}  # as the value of any key, such as `state`
_SHOWN = {"", "false", "no", "publish", "published", "public"}
_USELESS = {"resources", "subtitle"}  # look like ours
_TEMPLATE = re.compile(r"/:[a-z_]|[{}]")  # `/posts/:title/`
_PICTURE_KEYS = (
    "image",
    "path",
    "src",
    "url",
    "feature",
)  # where a mapping has a picture's file: {image: a.png, alt: …}


def read_other_keys(front: YamlMapping, known: Collection[str]) -> None:
    """Give values under other programs' keys to our fields; say what is read as what, and what is not read."""
    _read_shown(front, known)
    _read_names(front)
    for key in [key for key in front.values if _meaning(key) in {"image", "series"} & set(known)]:
        front.values[key] = _single(front, front.values[key])
    others = [key for key in front.values if key not in known]
    for key in sorted(others, key=_preference):
        plain, target = _plain(key), _meaning(key)
        target = plain if plain in known else target
        if plain == "permalink" and _is_hiding(plain, front.values[key]):
            _report_hiding(front, key)
        elif target in known:
            _give(front, key, target)
        elif _is_hiding(plain, front.values[key]):
            _report_hiding(front, key)
        elif plain in _USELESS or "." in key or not get_close_matches(plain, list(known), 1, 0.75):
            _leave_out(front, key)


def _plain(key: str) -> str:
    return re.sub(r"[-_ ]", "", key.lower())


def _meaning(key: str) -> str:
    plain = _plain(key)
    return SAME_AS.get(plain, plain)


def _single(front: YamlMapping, value: Any) -> Any:
    """One value of what other programs write as a list (`series: [A]`) or a mapping (`cover: {image: a.png, alt: …}`)."""
    if isinstance(value, dict):
        if (alt := value.get("alt")) and isinstance(alt, str):
            front.values.setdefault("image_alt", alt)
        value = next((value[key] for key in _PICTURE_KEYS if value.get(key)), None)
    return next(iter(value), None) if isinstance(value, list) else value


def _preference(key: str) -> int:
    names = list(SAME_AS)
    return names.index(_plain(key)) if _plain(key) in SAME_AS else -1


def _read_shown(front: YamlMapping, known: Collection[str]) -> None:
    """Jekyll's `published` says whether, not when."""
    if isinstance(shown := front.values.get("published"), bool) and "draft" in known:
        del front.values["published"]
        if not shown:
            front.values["draft"] = True
        _warn(
            front,
            "published",
            "other-key",
            "`published` is a date here.",
            f"Write draft: {not shown}".lower(),
        )


def _read_names(front: YamlMapping) -> None:
    """Obsidian's `aliases` are other names of a note; only addresses can redirect."""
    aliases = (
        [_text(alias) for alias in _listed(front.values.get("aliases"))] if "aliases" in front.values else []
    )
    front.values |= {"aliases": aliases} if aliases else {}
    names = [alias for alias in aliases if "/" not in alias and not SLUG.match(alias)]
    if names:
        front.values["aliases"] = [alias for alias in aliases if alias not in names]
        message = f"“{', '.join(names)}” is not an address, so nothing redirects from it."
        _warn(front, "aliases", "alias-name", message, "Write old addresses: old-slug, or /2019/05/old.html")


def _give(front: YamlMapping, key: str, target: str) -> None:
    given = front.values.pop(key)
    value = _fitting(given, target)
    if target == "aliases" and isinstance(given, str) and _TEMPLATE.search(given):
        value = []
        message = f"“{given}” is a pattern and no address, so nothing redirects from it."
        _warn(front, key, "alias-name", message, "Write old addresses: /2019/05/old.html")
    if target == "aliases" and value:
        front.values[target] = [*_listed(front.values.get(target)), *value]
    elif value in (None, "", []):
        return
    elif front.values.get(target) is not None:
        hint = f"Keep the right one, as `{target}`."
        _warn(front, key, "other-key", f"`{target}` is read, and `{key}` is not.", hint)
        return
    else:
        front.values[target] = value
    front.lines[target, OTHER_KEY] = front.lines[key,]
    for places in (front.lines, front.written):
        for place in [place for place in places if place[0] == key]:
            places.setdefault((target, *place[1:]), places[place])  # type: ignore[arg-type]
    hint = f"Write it as `{target}`."
    _warn(front, key, "other-key", f"`{key}` is read as `{target}`.", hint)


def _fitting(value: Any, target: str) -> Any:
    """A value of another program in the type of our field."""
    if target in {"topics", "aliases", "related"}:
        return [text for item in _listed(value) if (text := _text(item).strip())]
    if target in {"summary", "image", "image_alt"}:
        return _text(value).strip()
    if target == "order":
        return value if isinstance(value, int) and value >= 0 else None
    return value


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        return value.split(",") if "," in value else value.split()
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return value.written if isinstance(value, Unquoted) else "" if value is None else str(value)


def _is_hiding(plain: str, value: Any) -> bool:
    said = _text(value).strip().lower()
    if plain in ("build", "permalink"):  # Hugo renders nothing of the one, Eleventy of the other
        rendered = value.get("render") if isinstance(value, dict) else value if plain == "permalink" else None
        return rendered is False or _text(rendered).lower() in ("never", "false")
    return (plain in _HIDING and said not in _SHOWN) or said in _HIDDEN


def _report_hiding(front: YamlMapping, key: str) -> None:
    del front.values[key]
    message = f"`{key}` would not hide the article here: everybody could read it."
    hint = "Write draft: true, or remove the line to let everyone read it."
    front.problems.append(Problem(front.lines[key,], "not-hidden", message, hint))


def _leave_out(front: YamlMapping, key: str) -> None:
    del front.values[key]
    _warn(front, key, "unread-key", f"`{key}` has no meaning here.", "You can leave it; it is ignored.")


def _warn(front: YamlMapping, key: str, code: str, message: str, hint: str) -> None:
    front.problems.append(Problem(front.lines.get((key,), 1), code, message, hint, "warning"))
