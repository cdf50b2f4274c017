"""An operator's Markdown: checked like an article's, and rendered as mails and the archive show it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from articles.build.site_urls import ARTICLES_URL, FIXED_URLS
from articles.models import Article, Exam, PlainPage, Topic
from articles.problems import Problem
from articles.render import RenderContext, Rendered, for_feed, render
from articles.visibility import visible
from carrel.settings import Settings

LARGEST = 40_000  # bytes of HTML: beside the articles of a digest, the mail stays below what Gmail cuts off
PICTURE_HINT = "Link to the article that shows it."


class InvalidMarkdownError(ValueError):
    """The text has mistakes, which would be in every mailbox for good."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} mistakes")
        self.problems = problems


def render_markdown(session: Session, settings: Settings, markdown: str, now: datetime) -> str:
    """Plain HTML with absolute URLs. Raises `InvalidMarkdownError` for what would stop an article, and for warnings
    that say that something is lost: a mail cannot be corrected."""
    find = _page_finder(session, now)
    context = RenderContext(
        resolve_link=lambda path: find(f"{ARTICLES_URL}{PurePosixPath(path).stem}/"),
        find_site_path=lambda path: find(path if path.endswith("/") else f"{path}/") or find(path),
    )
    rendered = render(markdown, context)
    html = for_feed(rendered.html, f"{settings.base_url}/")
    problems = _problems(rendered, html)
    if problems:
        raise InvalidMarkdownError(problems)
    return html


def _problems(rendered: Rendered, html: str) -> tuple[Problem, ...]:
    broken = [
        Problem(link.line, "link-broken", f"There is no article {link.path}.", "Use the address of its page.")
        for link in rendered.links
        if link.url is None
    ]
    pictures = [
        Problem(image.line, "picture", f"The picture {image.path} cannot be emailed.", PICTURE_HINT)
        for image in rendered.images
    ]
    others = [problem for problem in rendered.problems if not problem.code.startswith(("image-", "alt-"))]
    size = len(html.encode())
    long = [
        Problem(1, "too-long", f"The text has {size:,} bytes; an email can have {LARGEST:,}.", "Shorten it.")
    ] * (size > LARGEST)
    all_problems = [*broken, *pictures, *others, *long]
    return tuple(
        replace(problem, level="error") for problem in sorted(all_problems, key=lambda each: each.line)
    )


def _page_finder(session: Session, now: datetime) -> Callable[[str], str | None]:
    """A function that returns a path of the site when readers find something there now, else None."""

    def find(path: str) -> str | None:
        if path in FIXED_URLS:
            return path
        *folders, slug = path.strip("/").split("/")
        match folders:
            case ["articles"]:
                there = exists().where(Article.slug == slug, visible(now))
            case ["exams"]:
                there = exists().where(Exam.slug == slug, Exam.in_files)
            case ["topics"]:
                there = exists().where(Topic.slug == slug, Topic.in_files)
            case []:
                there = exists().where(PlainPage.slug == slug)
            case _:
                return None
        return path if session.scalar(select(there)) else None

    return find
