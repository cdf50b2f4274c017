"""Decides which articles must be built again. Nothing else in publishing asks whether an article is unchanged.

A stored body is used again as long as all of these are what they were when it was built:

1. the renderer, the stored form, the site's time zone, the authors' names and the exam's `exam.toml`, by their build hash;
2. the images that it shows;
3. its file, by stat or else by digest;
4. the URLs of the articles that it links to.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from articles.build.built_article import MISSING, BuiltImage
from articles.build.site_urls import SiteUrls
from articles.loading import file_io
from articles.loading.addresses import assign_slugs
from articles.loading.consistency import check_slugs
from articles.loading.content import LoadedContent, load_articles, load_exams_and_pages
from articles.loading.discovery import DiscoveredArticle
from articles.publish.previous_state import PreviousArticle, images_in_use, links_to, previous_articles
from articles.publish.publication import Publication
from articles.render import RENDERER

STORED_FORM = "2"  # raise it when bodies are to be stored in another form, and all are built again


def load_changes(run: Publication) -> tuple[LoadedContent, SiteUrls]:
    """Load what must be built again. The paths of other articles are in `unchanged` of the content."""
    now_ns = time.time_ns()
    content = load_exams_and_pages(run.content, now_ns, run.zone)
    run.build_hashes = build_hashes(content)
    with run.db.read() as session:
        run.previous = previous_articles(session)
        reusable = reusable_articles(run, session, content.folder.root, now_ns)
        load_articles(content, list(files_to_load(content, reusable, now_ns)), now_ns, run.progress)
        _assign_slugs(run, content)
        previous = [reusable[path] for path in content.unchanged]
        urls = SiteUrls.of_content(content, previous, {each.path: each.title for each in previous})
        _reload_articles_with_outdated_links(run, session, content, urls, now_ns)
    content.merge_problems(
        check_slugs(
            [*content.articles.values(), *(reusable[path] for path in content.unchanged)], urls.is_taken
        )
    )
    return content, urls


def build_hashes(content: LoadedContent) -> dict[str, str]:
    """What an article's body depends on besides its own file and images, as a hash for each exam."""
    parts = {
        slug: f"{STORED_FORM}\n{RENDERER}\n{content.zone}\n{exam.digest}{content.authors.key}"
        for slug, exam in content.exams.items()
    }
    return {slug: hashlib.sha256(text.encode()).hexdigest() for slug, text in parts.items()}


def reusable_articles(
    run: Publication, session: Session, root: Path, now_ns: int
) -> dict[str, PreviousArticle]:
    """The previous articles, by path, whose body is used again if file and links are the same: 1 and 2."""
    changed = {path for path, image in images_in_use(session) if not _is_same_image(root, image, now_ns)}
    return {
        path: article
        for path, article in run.previous_by_path.items()
        if article.build_hash == run.build_hashes.get(article.exam) and path not in changed
    }


def _is_same_image(root: Path, image: BuiltImage, now_ns: int) -> bool:
    path = root / image.path
    if image.digest == MISSING:
        return not path.exists()
    return _has_stat(path, image.stat, now_ns) or _has_digest(path, image.digest)


def files_to_load(
    content: LoadedContent, reusable: Mapping[str, PreviousArticle], now_ns: int
) -> Iterator[tuple[DiscoveredArticle, str]]:
    """The files to read, with the digests that prove that some are unchanged nevertheless: 3."""
    root = str(content.folder.root)
    for file in content.folder.articles:
        article = reusable.get(file.path)
        if article and _has_stat(f"{root}/{file.path}", article.stat, now_ns):
            content.unchanged[file.path] = article.stat
        else:
            yield file, article.digest if article else ""


def _reload_articles_with_outdated_links(
    run: Publication, session: Session, content: LoadedContent, urls: SiteUrls, now_ns: int
) -> None:
    """Load unchanged articles that link to one whose URL is another now: 4."""
    previous = run.previous_by_path
    moved = {path for path, article in previous.items() if urls.url(path) != article.url}
    outdated = {path for path, _ in links_to(session, moved)} & content.unchanged.keys()
    for path in outdated:
        del content.unchanged[path]
    if outdated:
        files = [(file, "") for file in content.folder.articles if file.path in outdated]
        load_articles(content, files, now_ns, run.progress)
        _assign_slugs(run, content)


def _assign_slugs(run: Publication, content: LoadedContent) -> None:
    """Give the loaded articles addresses that none of the others has."""
    kept = {path: article.slug for path, article in run.previous_by_path.items()}
    taken = {kept[path]: path for path in content.unchanged}
    content.merge_problems(assign_slugs(content.articles, kept, taken))


def new_stats(run: Publication, unchanged: Mapping[str, str]) -> list[tuple[int, str]]:
    """The ids and stats of unchanged articles whose files were touched, so that next time the stat is enough."""
    previous = run.previous_by_path
    pairs = [(previous[path], stat) for path, stat in unchanged.items()]
    return [(article.id, stat) for article, stat in pairs if article.stat != stat]


def _has_stat(path: Path | str, stat: str, now_ns: int) -> bool:
    try:
        return stat != "" and file_io.stat_of(path, now_ns) == stat
    except OSError:
        return False


def _has_digest(path: Path, digest: str) -> bool:
    try:
        return file_io.digest_of(path) == digest
    except OSError:
        return False
