"""What becomes of a post: its address, its tags, its pictures, its text, and what was not for everybody."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from articles.check import check
from articles.importing.download import DownloadError
from articles.importing.importer import Importer
from articles.importing.read_export import read_export
from tests.articles.importing.exports import NOW, TWO, Import, ghost


def test_two_posts_of_one_slug_get_two_addresses(import_now: Import) -> None:
    posts = [
        {"slug": "same", "title": "A", "html": "<p>a</p>"},
        {"slug": "same", "title": "B", "html": "<p>b</p>"},
    ]
    assert import_now(ghost(*posts)).written == ["same.md", "same-2.md"]


def test_a_page_that_the_site_has_itself_comes_as_a_draft(import_now: Import, content: Path) -> None:
    import_now(ghost({"slug": "about", "title": "About us", "html": "<p>x</p>", "type": "page"}))
    text = (content / "cpb/about.md").read_text()
    assert "draft: true" in text
    assert "aliases" not in text


def test_a_new_exam_gets_the_topics_of_its_tags_and_an_old_one_keeps_its_own(
    import_now: Import, content: Path
) -> None:
    tables = {"tags": [{"id": "t", "name": "Medicare", "slug": "medicare"}, {"id": "u", "name": "New one", "slug": "new-one"}],
              "posts_tags": [{"post_id": "1", "tag_id": "t"}, {"post_id": "1", "tag_id": "u"}]}  # fmt: skip
    export = ghost({"slug": "one", "title": "One", "html": "<p>x</p>"}, **tables)
    report = import_now(export)
    assert "topics: [medicare]" in (content / "cpb/one.md").read_text()
    assert report.exam.unknown_tags == {"New one": 1}
    (content / "cpb/one.md").unlink()
    import_now(export, "new-exam")
    assert 'new-one = "New one"' in (content / "new-exam/exam.toml").read_text()
    assert "topics: [medicare, new-one]" in (content / "new-exam/one.md").read_text()
    assert check(content).errors == 0


def test_a_remote_picture_is_fetched_once_and_one_that_cannot_be_is_a_link(
    import_now: Import, content: Path, image: bytes
) -> None:
    asked: list[str] = []

    def download(address: str) -> bytes:
        asked.append(address)
        if "lost" in address:
            raise DownloadError("the server answers 404")
        return image

    html = (
        '<p><img src="https://e.org/a.png" alt="A"></p><p><img src="https://e.org/lost.png" alt="Lost"></p>'
    )
    report = import_now(ghost({"slug": "one", "title": "One", "html": html}), download=download)
    import_now(ghost({"slug": "one", "title": "One", "html": html}), download=download)
    assert asked == ["https://e.org/a.png", "https://e.org/lost.png", "https://e.org/lost.png"]
    assert "[Lost](https://e.org/lost.png)" in (content / "cpb/one.md").read_text()
    assert (
        report.notes[0].sentence
        == "The picture https://e.org/lost.png was not imported: the server answers 404."
    )
    assert check(content).errors == 0


def test_a_scheduled_article_is_news_and_an_old_one_is_not(import_now: Import, content: Path) -> None:
    import_now(
        ghost(
            {"slug": "old", "title": "Old", "html": "<p>x</p>"},
            {
                "slug": "soon",
                "title": "Soon",
                "html": "<p>x</p>",
                "status": "scheduled",
                "published_at": "2027-01-01T00:00:00Z",
            },
        )
    )
    assert "newsletter: false" in (content / "cpb/old.md").read_text()
    assert "newsletter" not in (content / "cpb/soon.md").read_text()


def test_what_was_for_members_is_a_draft(import_now: Import, content: Path) -> None:
    report = import_now(
        ghost(
            {
                "slug": "paid",
                "title": "Paid",
                "html": "<p>x</p>",
                "visibility": "paid",
                "codeinjection_head": "<x>",
            }
        )
    )
    assert "draft: true" in (content / "cpb/paid.md").read_text()
    assert [note.sentence[:30] for note in report.notes] == [
        "It was for paying members only",
        "It had code for the page's hea",
    ]


def test_a_zip_of_ghost_brings_pictures_and_members_and_leaves_what_leads_out(
    content: Path, tmp_path: Path, image: bytes
) -> None:
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as packed:
        packed.writestr("site/old.ghost.json", TWO)
        packed.writestr("site/content/images/2020/05/a.png", image)
        packed.writestr("../../escaped.png", image)
        packed.writestr(
            "site/members.2026.csv", "email,subscribed_to_emails,created_at\na@example.org,true,2024-01-01\n"
        )
    export = read_export(tmp_path / "old.zip")
    Importer(export, content, "cpb", NOW, download=None).run()
    assert (content / "cpb/images/2020/05/a.png").read_bytes() == image
    assert [(member.email, member.since) for member in export.members] == [("a@example.org", "2024-01-01")]
    assert not list(tmp_path.rglob("escaped.png"))


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"html": None, "lexical": json.dumps({"root": {"children": [{"type": "heading", "tag": "h2", "children": [{"type": "text", "text": "Rule", "format": 1}]}, {"type": "codeblock", "language": "sql", "code": "SELECT"}]}})},
         "## Rule\n\n```sql\nSELECT\n```"),
        ({"html": None, "mobiledoc": json.dumps({"markups": [["a", ["href", "https://e.org/"]]], "cards": [], "sections": [[1, "p", [[0, [0], 1, "A link"]]]]})},
         "[A link](https://e.org/)"),
        ({"html": "<p>x</p>", "mobiledoc": json.dumps({"cards": [["markdown", {"markdown": "A *word* |"}]], "sections": [[10, 0]]})}, "A *word* |"),
        ({"html": None, "markdown": "Of *old*"}, "Of *old*"),
    ],
)  # fmt: skip
def test_the_text_of_every_editor_of_ghost_is_read(
    import_now: Import, content: Path, columns: dict[str, Any], text: str
) -> None:
    import_now(ghost({"slug": "one", "title": "One"} | columns))
    assert (content / "cpb/one.md").read_text().partition("---\n\n")[2] == f"{text}\n"
