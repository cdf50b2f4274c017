"""The terms of each exam, ready to be shown in its articles: read once after each change, not for each article."""

from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from articles.models import Exam
from articles.terms import exam_terms
from articles.terms_in_place import TermIndex, index_of
from carrel.page_cache import CacheVersionWatch
from carrel.services import cache_version, services
from website.pages.page_context import PageContext


@dataclass(frozen=True, slots=True)
class _Kept:
    """An index, the cache version that it was made at, and when time alone makes it stale."""

    index: TermIndex
    cache_version: int
    fresh_until: datetime | None


_kept: WeakKeyDictionary[CacheVersionWatch, dict[int, _Kept]] = (
    WeakKeyDictionary()
)  # by process, then by exam


def terms_of(context: PageContext, exam: Exam) -> TermIndex:
    """The terms of the exam whose articles are visible at the page's moment."""
    exams = _kept.setdefault(services().cache_version, {})
    version, kept = cache_version(), exams.get(exam.id)
    if kept is None or kept.cache_version != version or _is_over(kept.fresh_until, context.now):
        index = index_of(exam_terms(context.session, exam, context.now))
        kept = exams[exam.id] = _Kept(index, version, context.fresh_until)
    return kept.index


def _is_over(fresh_until: datetime | None, now: datetime) -> bool:
    return fresh_until is not None and fresh_until <= now
