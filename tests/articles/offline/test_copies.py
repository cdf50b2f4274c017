"""The offline copies: one for each exam, made anew when its articles change, and not before."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import time_machine

from articles.offline import copies
from carrel import clock
from carrel.services import Services
from tests.articles.offline.test_epub import picture
from tests.support.articles import article_md, exam_toml, write_files

Publish = Callable[..., object]


def files(services: Services) -> list[Path]:
    return sorted((services.settings.home / copies.FOLDER).glob("*"))


def text(services: Services, chapter: str) -> str:
    (path,) = files(services)
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"book/{chapter}.xhtml").decode()


def made(services: Services) -> int:
    count = 0
    while copies.run_step(services):
        count += 1
    return count


def test_it_is_made_once_for_a_publication(services: Services, publish_now: Publish, content: Path) -> None:
    publish_now()
    assert made(services) == 1
    (first,) = files(services)
    publish_now()
    assert made(services) == 0
    write_files(content, {"cpb/clean-claims.md": article_md("Clean claims", "Another text.\n")})
    publish_now()
    assert made(services) == 1
    assert files(services) != [first]
    assert "Another text." in text(services, "article-clean-claims")


def test_what_the_clock_hides_leaves_the_book(
    services: Services, publish_now: Publish, content: Path
) -> None:
    soon = clock.now() + timedelta(days=1)
    write_files(content, {"cpb/short.md": article_md("Short", expires=soon.isoformat())})
    publish_now()
    made(services)
    assert "article-short" in text(services, "contents")
    with time_machine.travel(soon + timedelta(minutes=1), tick=False):
        assert made(services) == 1
    assert "article-short" not in text(services, "contents")


def test_an_exam_without_articles_has_no_book(
    services: Services, publish_now: Publish, content: Path
) -> None:
    publish_now()
    made(services)
    for path in (content / "cpb").glob("*.md"):
        path.unlink()
    publish_now()
    assert made(services) == 0
    assert files(services) == []


def test_links_between_articles_stay_in_the_book_and_pictures_come_along(
    services: Services, publish_now: Publish, content: Path
) -> None:
    body = "[There](medicare-basics.md) and [away](/pass/).\n\n![A drawing](d.png)\n"
    write_files(
        content, {"cpb/clean-claims.md": article_md("Clean claims", body), "cpb/d.png": picture("PNG")}
    )
    publish_now()
    made(services)
    chapter = text(services, "article-clean-claims")
    assert 'href="article-medicare-basics.xhtml"' in chapter
    assert 'href="https://carrel.test/pass/"' in chapter
    assert 'src="picture-1.png"' in chapter


def test_a_picture_that_is_gone_is_its_words(services: Services, publish_now: Publish, content: Path) -> None:
    body = "![A drawing](d.png)\n"
    write_files(
        content, {"cpb/clean-claims.md": article_md("Clean claims", body), "cpb/d.png": picture("PNG")}
    )
    publish_now()
    for path in (services.settings.home / "media").iterdir():
        path.unlink()
    made(services)
    assert "A drawing" in text(services, "article-clean-claims")
    assert "<img" not in text(services, "article-clean-claims")


def test_a_book_that_cannot_be_made_does_not_hold_up_the_others(
    services: Services, publish_now: Publish, content: Path
) -> None:
    publish_now()
    made(services)
    (former,) = files(services)
    body = "![A drawing](d.png)\n"
    write_files(
        content,
        {
            "cpb/clean-claims.md": article_md("Clean claims", body),
            "cpb/d.png": picture("PNG"),
            "zab/exam.toml": exam_toml("ZAB", order=2),
            "zab/other.md": article_md("Other"),
        },
    )
    publish_now()
    for path in (services.settings.home / "media").iterdir():
        path.write_bytes(b"half a pic")
    assert made(services) == 1
    kept, other = files(services)
    assert (kept, other.name.partition(".")[0]) == (former, "zab")


def test_it_says_where_it_is_from_and_what_may_be_done_with_it(
    services: Services, publish_now: Publish
) -> None:
    publish_now()
    made(services)
    assert "© Carrel. This copy is for your own study." in text(services, "front")
    assert "Not affiliated with the Board of CPB." in text(services, "front")
    assert "https://carrel.test/articles/clean-claims/" in text(services, "article-clean-claims")


def test_a_site_that_does_not_offer_it_makes_none(services: Services, publish_now: Publish) -> None:
    publish_now()
    plain = services.settings.model_copy(update={"pass_extras": ("private feed",)})
    assert made(replace(services, settings=plain)) == 0
    assert files(services) == []
