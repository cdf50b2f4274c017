"""Articles of other programs are in the exam's folder once, and stay their author's."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from articles.check import check
from articles.importing import exam, files, pictures
from articles.importing import importer as importing
from articles.importing.export import ImportRefusedError
from tests.articles.importing.exports import TWO, Import, ghost
from tests.support.articles import article_md, exam_toml, write_files


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_an_article_comes_with_its_date_picture_link_and_old_address(
    import_now: Import, content: Path, picture: bytes
) -> None:
    report = import_now(TWO)
    assert (content / "cpb/one.md").read_text() == (
        '---\ntitle: "One"\npublished: 2020-05-01T08:00:00Z\nnewsletter: false\naliases:\n  - "/one"\n---\n\n'
        "See [two](two.md#rule).\n\n![A chart](images/2020/05/a.png)\n"
    )
    assert (content / "cpb/images/2020/05/a.png").read_bytes() == picture
    assert "draft: true" in (content / "cpb/two.md").read_text()
    assert (report.written, report.drafts, report.pictures) == (["one.md", "two.md"], 1, 1)
    assert check(content).errors == 0


def test_a_second_import_changes_nothing(import_now: Import, content: Path, picture: bytes) -> None:
    import_now(TWO)
    before = tree(content)
    report = import_now(TWO)
    assert (tree(content), report.written, report.unchanged) == (before, [], ["one.md", "two.md"])


def test_a_later_edit_stays_and_what_was_not_edited_follows_the_export(
    import_now: Import, content: Path, picture: bytes
) -> None:
    import_now(TWO)
    (content / "cpb/one.md").write_text(article_md("Mine"))
    report = import_now(TWO.replace("Text.", "New text."))
    assert (content / "cpb/one.md").read_text() == article_md("Mine")
    assert "New text." in (content / "cpb/two.md").read_text()
    assert (report.kept, report.updated) == (["one.md"], ["two.md"])


def test_what_its_author_removed_does_not_come_back(import_now: Import, content: Path) -> None:
    import_now(TWO)
    (content / "cpb/two.md").rename(content / "cpb/second.md")
    report = import_now(TWO)
    assert not (content / "cpb/two.md").exists()
    assert [note.sentence for note in report.notes if note.about == "cpb/two.md"] == [
        "You removed or renamed it after an import. To import it again, remove its lines from .import.json."
    ]


def test_a_dry_run_writes_nothing(import_now: Import, content: Path, picture: bytes) -> None:
    before = tree(content)
    report = import_now(TWO, "new-exam", dry_run=True)
    assert (tree(content), report.written) == (before, ["one.md", "two.md"])


def test_an_import_that_is_killed_at_any_write_and_run_again_is_the_same(
    import_now: Import, picture: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "whole").mkdir()
    import_now(TWO, root=tmp_path / "whole")
    whole = tree(tmp_path / "whole")
    assert len(whole) == 5  # the exam, two articles, a picture, and what was written
    for step in range(len(whole)):
        root = tmp_path / f"cut-{step}"
        root.mkdir()
        with monkeypatch.context() as patch:
            write = dying_after(step)
            for module in (importing, exam, files, pictures):
                patch.setattr(module, "write_whole", write)
            with pytest.raises(KeyboardInterrupt):
                import_now(TWO, root=root)
        import_now(TWO, root=root)
        assert tree(root) == whole


def dying_after(writes: int) -> Callable[[Path, bytes], None]:
    """Writing files until the process is killed in the middle of one."""
    real, left = files.write_whole, iter(range(writes))

    def write(path: Path, data: bytes) -> None:
        if next(left, None) is not None:
            return real(path, data)
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / ".import-half").write_bytes(data[:10])
        raise KeyboardInterrupt

    return write


@pytest.mark.parametrize("path", ["../../mine.md", "{folder}/mine.md"])
def test_a_manifest_leads_to_no_file_outside_of_the_exam(
    import_now: Import, content: Path, path: str
) -> None:
    mine = content.parent / "mine.md"
    mine.write_text("mine")
    import_now(TWO)
    manifest = content / "cpb" / files.MANIFEST
    entries = json.loads(manifest.read_text())["files"]
    stranger = {"path": path.format(folder=mine.parent), "sha256": files.hash_of(b"mine")}
    manifest.write_text(json.dumps({"files": dict.fromkeys(entries, stranger)}))
    import_now(TWO)
    assert mine.read_text() == "mine"


def test_an_address_that_is_taken_is_not_taken_again(import_now: Import, content: Path) -> None:
    report = import_now(ghost({"slug": "clean-claims", "title": "Other", "html": "<p>x</p>"}), "new-exam")
    assert report.written == []
    assert report.notes[0].sentence.startswith(
        "Its address /articles/clean-claims/ belongs to cpb/clean-claims.md."
    )


def test_a_file_that_was_there_before_stays(import_now: Import, content: Path) -> None:
    before = (content / "cpb/clean-claims.md").read_bytes()
    report = import_now(ghost({"slug": "clean-claims", "title": "Other", "html": "<p>x</p>"}))
    assert (content / "cpb/clean-claims.md").read_bytes() == before
    assert "unchanged" in report.notes[0].sentence


def test_an_exam_with_mistakes_is_not_imported_into(import_now: Import, content: Path) -> None:
    write_files(content, {"cpb/exam.toml": exam_toml() + "wrong = ["})
    with pytest.raises(ImportRefusedError, match="Fix them first"):
        import_now(TWO)
