"""Books that the W3C's own checker finds nothing wrong with."""

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markupsafe import Markup
from PIL import Image

from articles.offline import epub
from articles.offline.chapters import make_book
from articles.queries import exams
from carrel import clock
from carrel.db import Database
from carrel.settings import Settings
from tests.articles.items import ALL as ITEMS
from tests.support.articles import article_md, exam_toml, write_files

JAR = Path("/usr/bin/epubcheck")  # Debian's, which the kernel starts only where it knows Java's archives
ROOT = Path(__file__).parents[3]
EVERYTHING = """
Words with *stress*, **weight**, ~~a mistake~~, `code <b>`, a note[^1], &amp; "quotes", x < y, https://example.org.

## One & two

[The other](medicare-basics.md#the-rule), [itself](#one--two), [the pass](/pass/), [out](https://example.org/?a=1&b=2).

- a
  - b
    1. c
- [x] done
- [ ] not done

7. seven
8. eight

| a | b |
|:--|--:|
| 1 | <  |

> quoted

> [!WARNING] Mind *this*
> body

```python
if a < b and "c": pass
```

![A photo](photo.jpg "With a title")

![A drawing](drawing.png)

::: question
Which?

- [ ] One

  Because.

- [x] **Two**

  Right.
:::

Term
: What it means

---

[^1]: A note with a [link](https://example.org/n).
"""


def picture(kind: str) -> bytes:
    """A photo as JPEG, or a drawing as PNG."""
    out = io.BytesIO()
    image = Image.radial_gradient("L") if kind == "JPEG" else Image.new("L", (40, 30), 200)
    image.convert("RGB").save(out, kind)
    return out.getvalue()


def problems_of(path: Path) -> str:
    """What epubcheck says, warnings too; empty when it is content."""
    if not (JAR.exists() and shutil.which("java")):
        if os.environ.get("CI"):
            pytest.fail("epubcheck is needed under CI=true: apt install epubcheck")
        pytest.skip("epubcheck is not installed: apt install epubcheck")
    command = ["java", "-jar", str(JAR), "--failonwarnings", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def books(settings: Settings, db: Database, folder: Path) -> list[Path]:
    now, paths = clock.now(), []
    with db.read() as session:
        for exam in exams(session, now):
            paths.append(folder / f"{exam.slug}.epub")
            epub.write(make_book(session, settings, exam, now), paths[-1])
    return paths


@pytest.mark.outside
def test_every_kind_of_markdown_is_a_book_without_a_mistake(
    settings: Settings, db: Database, publish_now: Callable[..., object], content: Path, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {
        "cpb/exam.toml": exam_toml("C&P <B>"),
        "cpb/everything.md": article_md(
            "Every & <all>", f"{EVERYTHING}\n{ITEMS}", sources='[{title: "A & <B>"}]'
        ),
        "cpb/photo.jpg": picture("JPEG"),
        "cpb/drawing.png": picture("PNG"),
    }
    write_files(content, files)
    publish_now()
    (book,) = books(settings.model_copy(update={"site_name": "A & <B>"}), db, tmp_path)
    assert problems_of(book) == ""


@pytest.mark.outside
def test_a_book_in_arabic_says_so_and_turns_its_pages_the_other_way(
    settings: Settings, db: Database, publish_now: Callable[..., object], content: Path, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {
        "cpb/exam.toml": 'lang = "ar"\n' + exam_toml(),
        "cpb/everything.md": article_md("مدخل", "نص `x = 1` هنا.\n\n```python\ny = 2\n```\n"),
        "cpb/english.md": article_md("English", lang="en"),
    }
    write_files(content, files)
    publish_now()
    (book,) = books(settings, db, tmp_path)
    assert problems_of(book) == ""
    with zipfile.ZipFile(book) as archive:
        package, contents, arabic, english = (
            archive.read(f"book/{name}").decode()
            for name in ("package.opf", "contents.xhtml", "article-everything.xhtml", "article-english.xhtml")
        )
    assert "<dc:language>ar</dc:language>" in package
    assert '<spine page-progression-direction="rtl">' in package
    assert 'lang="ar" xml:lang="ar" dir="rtl"' in arabic
    assert '<p lang="en" xml:lang="en" dir="ltr">By' in arabic
    assert '<code dir="ltr">x = 1</code>' in arabic
    assert '<html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en" dir="ltr">' in english
    assert '<h1 lang="en" xml:lang="en" dir="ltr">Contents' in contents


@pytest.mark.outside
def test_what_is_no_book_is_found_out(tmp_path: Path) -> None:
    chapter = epub.Chapter("front", "Front", Markup('<p id="a" id="b">'), "en")
    write(tmp_path / "wrong.epub", chapter)
    assert "ERROR" in problems_of(tmp_path / "wrong.epub") or "FATAL" in problems_of(tmp_path / "wrong.epub")


@pytest.mark.outside
def test_the_shipped_articles_are_books_without_a_mistake(
    settings: Settings, db: Database, content: Path, publish_now: Callable[..., object], tmp_path: Path
) -> None:
    shutil.rmtree(content)
    shutil.copytree(ROOT / "articles" / "content", content)
    publish_now()
    found = books(settings, db, tmp_path)
    assert len(found) == 2
    assert [problems_of(book) for book in found] == ["", ""]


def write(path: Path, front: epub.Chapter) -> None:
    now = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
    section = epub.Section("", [epub.Chapter("one", "One", Markup("<p>1</p>"), "en")])
    epub.write(epub.Book("urn:a", "A", "B", "C", "en", "D", now, front, [section], []), path)


def test_the_same_book_gives_the_same_bytes_and_says_first_what_it_is(tmp_path: Path) -> None:
    for name in ("a.epub", "b.epub"):
        write(tmp_path / name, epub.Chapter("front", "Front & back", Markup("<p>Hello</p>"), "en"))
    assert (tmp_path / "a.epub").read_bytes() == (tmp_path / "b.epub").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.epub") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert "<h1>Front &amp; back</h1>" in archive.read("book/front.xhtml").decode()
