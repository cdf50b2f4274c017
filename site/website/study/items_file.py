"""An exam's items as one file, from which a browser studies by itself, offline too."""

import json
from collections.abc import Iterable
from typing import Any

from flask import abort, current_app
from sqlalchemy.orm import Session

from articles import queries
from articles.models import Exam
from articles.study_items import Row, domain_of, study_items
from carrel import clock
from carrel.http.cached_response import Rendering, cached_page
from carrel.media import with_cdn
from carrel.page_cache import Audience, CachedPage
from carrel.services import services
from website.study.item_view import GroupView, StoryView, item_view, story_view
from website.study.sets import is_fixed, shown_options

DIGEST_LENGTH = 12
STORY = "case"


def items_page(slug: str) -> CachedPage:
    """The exam's file as it is now, rendered only when it changed; 404 without such an exam."""
    return cached_page(f"/study/items/{slug}", Audience.GUEST, lambda: _render(slug), "application/json")


def items_url(slug: str) -> str:
    """Where the exam's file is: the address changes when the file does."""
    return f"/study/items/{slug}-{items_page(slug).digest[:DIGEST_LENGTH]}.json"


def _render(slug: str) -> Rendering:
    with services().db.read() as session:
        now = clock.now()
        exam = queries.find_exam(session, slug, now) or abort(404)
        text = json.dumps(items_of(session, exam), ensure_ascii=False, separators=(",", ":"))
        return with_cdn(services().settings, text), queries.next_change(session, now)


def items_of(session: Session, exam: Exam) -> dict[str, Any]:
    """The exam's name, its articles' titles, and its items with the HTML of `components/study.html`.

    The options of an item that is `fixed` stay in their order: numbers rise, and steps are shuffled already.
    """
    rows = study_items(session, exam, clock.now())
    stories = {
        item.key: story_view(text, item.key, article, exam)
        for item, text, article in rows
        if item.kind == STORY
    }
    return {
        "name": exam.name,
        "articles": {article.slug: article.title for _, _, article in rows},
        "items": list(_items(rows, stories, exam)),
    }


def _items(rows: Iterable[Row], stories: dict[str, StoryView], exam: Exam) -> Iterable[dict[str, Any]]:
    titles = {domain.slug: domain.title for domain in exam.domains}
    parts: Any = current_app.jinja_env.get_template("components/study.html").module
    for item, text, article in rows:
        if item.kind == STORY:
            continue
        shown = shown_options(item.kind, text.options, exam.slug, item.key) if item.kind == "order" else None
        view = item_view(item, text, article, exam, domain=titles.get(domain_of(item), ""), shown=shown)
        group = GroupView(stories.get(item.case_key or ""), (view,))
        yield {
            "key": item.key,
            "kind": item.kind,
            "meaning": item.meaning,
            "article": article.slug,
            "html": str(parts.groups([group])).strip(),
            **({"fixed": True} if shown or is_fixed(item.kind, text.options) else {}),
        }
