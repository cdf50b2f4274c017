"""Writes a new article, a new exam, or a whole new site folder, from templates."""

import shutil
import time
from pathlib import Path

from articles.items import new_key
from articles.loading.content import load_articles, load_exams_and_pages
from articles.loading.discovery import PAGES_FOLDER, ContentNotFoundError
from articles.loading.exam_file import EXAM_FILE
from articles.loading.field_types import SLUG, SLUG_LENGTH
from articles.loading.file_names import slug_of
from articles.loading.validation_messages import suggest
from articles.progress import no_progress

HERE = Path(__file__).parent
ARTICLE_TEMPLATE = HERE / "article.md"
SITE_TEMPLATE = HERE / "site"
EXAM_TEMPLATE = SITE_TEMPLATE / "content" / "example"
FIRST_ARTICLE = "how-an-article-works.md"


class StarterError(Exception):
    """Nothing was written; the message says why and what to do."""


def new_article(content: Path, name: str) -> Path:
    """Write a new article; `name` is "exam/slug". Returns its path. Raises `StarterError`."""
    exam, _, slug = name.removesuffix(".md").rpartition("/")
    exams = sorted(path.parent.name for path in content.glob(f"*/{EXAM_FILE}"))
    if not SLUG.match(exam) or not SLUG.match(slug) or len(slug) > SLUG_LENGTH:
        example = f"{(exams or ['my-exam'])[0]}/my-first-article"
        raise StarterError(f"Name it as EXAM/SLUG, with small letters, digits and hyphens: {example}.")
    if exam not in exams:
        raise StarterError(
            f"There is no exam “{exam}” in {content}. {suggest(exam, exams, f'Create it: carrel new-exam {exam}')}"
        )
    refuse_taken(content, slug)
    title = slug.replace("-", " ").capitalize()
    path = content / exam / f"{slug}.md"
    text = ARTICLE_TEMPLATE.read_text("utf-8").replace("{title}", title)
    _write_new(path, text.replace("{key}", new_key()))
    return path


def refuse_taken(content: Path, slug: str) -> None:
    """All articles share one space of addresses, whatever their exam. Raises `StarterError`."""
    loaded = load_exams_and_pages(content, time.time_ns())
    load_articles(loaded, [(file, "") for file in loaded.folder.articles], time.time_ns(), no_progress)
    broken = {file.path for file in loaded.folder.articles} - loaded.articles.keys() - loaded.sections
    owners = {slug_of(path): f"{path} already has the address" for path in broken}
    for path, article in loaded.articles.items():
        owners |= dict.fromkeys(article.old_slugs, f"{path} already has the alias")
    owners |= {article.slug: f"{path} already has the address" for path, article in loaded.articles.items()}
    if owner := owners.get(slug):
        raise StarterError(f"{owner} “{slug}”, and all exams share their addresses: choose another name.")


def new_exam(content: Path, slug: str) -> tuple[Path, Path]:
    """Write an exam's folder with its `exam.toml` and a first article, a draft. Their paths. Raises `StarterError`."""
    if not SLUG.match(slug) or len(slug) > SLUG_LENGTH - len("-first-article") or slug == PAGES_FOLDER:
        raise StarterError("Name it with lowercase letters, digits and hyphens, such as cpb.")
    if not content.is_dir():
        raise ContentNotFoundError(content)
    if (content / slug).exists():
        raise StarterError(f"{content / slug} already exists.")
    refuse_taken(content, first := f"{slug}-first-article")
    try:
        (content / slug).mkdir()
    except OSError as error:
        raise StarterError(f"{content / slug} cannot be created: {error.strerror}.") from None
    exam, article = content / slug / EXAM_FILE, content / slug / f"{first}.md"
    position = len(list(content.glob(f"*/{EXAM_FILE}"))) + 1
    changes = {'"Example"': f'"{slug.upper()}"', '"Example Certification"': f'"{slug.upper()} certification"', "order = 1": f"order = {position}"}  # fmt: skip
    text = (EXAM_TEMPLATE / EXAM_FILE).read_text("utf-8")
    for old, new in changes.items():
        text = text.replace(old, new, 1)
    _write_new(exam, text)
    text = (EXAM_TEMPLATE / FIRST_ARTICLE).read_text("utf-8")
    _write_new(article, text.replace("order: 1\n", "order: 1\ndraft: true\n", 1))
    return exam, article


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise StarterError(f"{path} already exists.") from None
    except OSError as error:
        raise StarterError(f"{path} cannot be written: {error.strerror}.") from None


def init_site(folder: Path) -> None:
    """Write a site folder; it must not exist or be empty. Raises `StarterError`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StarterError(f"{folder} already exists and is not empty.")
    try:
        shutil.copytree(SITE_TEMPLATE, folder, dirs_exist_ok=True)
    except OSError as error:
        raise StarterError(f"{folder} cannot be written: {error.strerror}.") from None
