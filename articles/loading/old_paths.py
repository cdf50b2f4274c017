"""Old addresses of an article: slugs, and paths that another program gave it."""

from urllib.parse import unquote, urlsplit

from articles.loading import characters
from articles.loading.field_types import SLUG, SLUG_LENGTH, field_error
from articles.web_address import normalize_path

LONGEST = 500
_ARTICLES = "/articles/"


def is_slug(alias: str) -> bool:
    """Whether an alias is an old slug."""
    return bool(SLUG.match(alias)) and len(alias) <= SLUG_LENGTH


def validate_alias(value: str) -> str:
    """An old slug, or an old path of the site; the path of an article is its slug."""
    written = value.strip()
    if is_slug(written):
        return written
    parts = urlsplit(written) if "://" in written else None
    path = unquote(parts.path if parts else written)
    if not path.startswith("/"):
        raise field_error(
            "bad-alias", f"“{value}” is not a path on this site.", f"Begin it with a slash: /{path}"
        )
    path = normalize_path(path)
    slug = path.removeprefix(_ARTICLES)
    if slug != path and is_slug(slug):
        return slug
    if len(path) > LONGEST or set("?#\\") & set(path) or characters.forbidden_in(path) or _is_strange(path):
        hint = "Write the path alone, such as /2019/05/old.html"
        raise field_error("bad-alias", f"“{value}” is not a path that browsers request.", hint)
    return path


def _is_strange(path: str) -> bool:
    return any(part in {"", ".", ".."} or ":" in part[:1] for part in path.split("/")[1:])
