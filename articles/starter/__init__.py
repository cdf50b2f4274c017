"""Writes a new article, or a whole new site folder, from templates."""

import shutil
from pathlib import Path

from articles.loading.exam_file import EXAM_FILE
from articles.loading.field_types import SLUG, SLUG_LENGTH
from articles.loading.validation_messages import suggest

HERE = Path(__file__).parent
ARTICLE_TEMPLATE = HERE / "article.md"
SITE_TEMPLATE = HERE / "site"


class StarterError(Exception):
    """Nothing was written; the message says why and what to do."""


def new_article(content: Path, name: str) -> Path:
    """Write a new article; `name` is "exam/slug". Returns its path. Raises `StarterError`."""
    exam, _, slug = name.removesuffix(".md").rpartition("/")
    if not SLUG.match(exam) or not SLUG.match(slug) or len(slug) > SLUG_LENGTH:
        raise StarterError("Name it as EXAM/SLUG, with small letters, digits and hyphens: cpb/timely-filing.")
    if not (content / exam / EXAM_FILE).is_file():
        exams = [path.parent.name for path in content.glob(f"*/{EXAM_FILE}")]
        raise StarterError(f"There is no exam “{exam}” in {content}. {suggest(exam, exams, 'Begin one')}")
    title = slug.replace("-", " ").capitalize()
    path = content / exam / f"{slug}.md"
    _write_new(path, ARTICLE_TEMPLATE.read_text("utf-8").replace("{title}", title))
    return path


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise StarterError(f"{path} exists already.") from None
    except OSError as error:
        raise StarterError(f"{path} cannot be written: {error.strerror}.") from None


def init_site(folder: Path) -> None:
    """Write a site folder; it must not exist or be empty. Raises `StarterError`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StarterError(f"{folder} exists already and is not empty.")
    try:
        shutil.copytree(SITE_TEMPLATE, folder, dirs_exist_ok=True)
    except OSError as error:
        raise StarterError(f"{folder} cannot be written: {error.strerror}.") from None
