"""Mistakes of files and folders: names, sizes, links that loop, exams, and a hundred broken files at once."""

import codecs
import os
from pathlib import Path

import pytest

from articles.check import PathNotFoundError, check
from articles.loading.discovery import ContentFolder, ContentNotFoundError, scan_content
from tests.articles.test_check import GOOD, check_one, problem_places
from tests.support.articles import article_md, exam_toml, write_files


def test_a_written_slug_never_takes_the_address_of_another_file(content: Path) -> None:
    files = {"ccm/exam.toml": exam_toml("CCM"), "ccm/other.md": article_md(slug="clean-claims")}
    assert problem_places(check(write_files(content, files))) == [
        ("cpb/clean-claims.md", 1, "duplicate-slug")
    ]


def test_aliases_that_collide_or_loop_are_refused(content: Path) -> None:
    files = {
        "cpb/a.md": article_md(aliases="[b]"),
        "cpb/b.md": article_md(aliases="[a]"),
        "cpb/c.md": article_md(aliases="[c]"),
        "cpb/d.md": article_md(aliases="[old]"),
        "cpb/e.md": article_md(aliases="[old]"),
    }
    assert problem_places(check(write_files(content, files))) == [
        ("cpb/a.md", 4, "alias-taken"),
        ("cpb/b.md", 4, "alias-taken"),
        ("cpb/c.md", 4, "alias-loop"),
        ("cpb/e.md", 4, "alias-twice"),
    ]
    assert "forever" in check(content).problems["cpb/a.md"][0].message


def test_bad_utf_8_is_named_with_its_line(content: Path) -> None:
    assert check_one(content, GOOD.encode() + b"\nna\xefve\n") == [("cpb/one.md", 10, "bad-utf-8")]


def test_the_byte_that_is_named_is_the_wrong_one_also_behind_a_byte_order_mark(content: Path) -> None:
    (content / "cpb" / "one.md").write_bytes(codecs.BOM_UTF8 + GOOD.encode() + b"\nna\xefve\n")
    (problem,) = check(content).problems["cpb/one.md"]
    assert (problem.line, problem.message) == (10, "The byte 0xef is not UTF-8.")


def test_a_file_that_is_too_large_is_refused(content: Path) -> None:
    assert check_one(content, GOOD + "word " * 250_000) == [("cpb/one.md", 1, "too-large")]


def test_front_matter_that_does_not_end_says_so(content: Path) -> None:
    assert check_one(content, "---\ntitle: one\n") == [("cpb/one.md", 1, "front-matter")]


def test_symbolic_links_that_loop_lead_out_or_lead_nowhere_are_refused(content: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(GOOD)
    links = {"loop.md": "loop.md", "out.md": "../../secret.md", "nothing.md": "nowhere.md", "again": "../cpb"}
    for name, leads_to in links.items():
        (content / "cpb" / name).symlink_to(leads_to)
    assert sorted(problem_places(check(content))) == [
        ("cpb/again", 1, "symlink-loop"),
        ("cpb/loop.md", 1, "symlink-loop"),
        ("cpb/nothing.md", 1, "symlink-broken"),
        ("cpb/out.md", 1, "symlink-outside"),
    ]


def test_a_file_that_vanishes_while_it_is_read_is_named(
    content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan_then_delete(root: Path) -> ContentFolder:
        folder = scan_content(root)
        (content / "cpb/clean-claims.md").unlink()
        return folder

    monkeypatch.setattr("articles.loading.content.scan_content", scan_then_delete)
    assert problem_places(check(content)) == [("cpb/clean-claims.md", 1, "vanished")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(content: Path) -> None:
    (content / "cpb/clean-claims.md").chmod(0)
    assert problem_places(check(content)) == [("cpb/clean-claims.md", 1, "unreadable")]


def test_a_name_that_no_address_can_have_is_refused(content: Path) -> None:
    assert check_one(content, GOOD, "cpb/---.md") == [("cpb/---.md", 1, "bad-slug")]


def test_a_name_that_is_no_text_is_refused(content: Path) -> None:
    path = os.fsencode(content / "cpb") + b"/caf\xe9.md"
    Path(os.fsdecode(path)).write_text(GOOD)
    assert problem_places(check(content)) == [("cpb/caf\\udce9.md", 1, "bad-name")]


def test_articles_outside_an_exam_are_named(content: Path) -> None:
    assert check_one(content, GOOD, "new/one.md") == [("new", 1, "no-exam")]


def test_an_unknown_page_is_named(content: Path) -> None:
    assert check_one(content, GOOD, "pages/impressum.md") == [("pages/impressum.md", 1, "unknown-page")]


EXAMS = {
    "no TOML": ("name = ", "toml", 1),
    "an unknown key": (exam_toml().replace("body =", "bodi ="), "unknown-key", 4),
    "a missing key": (exam_toml().replace('body = "Board of CPB"\n', ""), "missing", 1),
    "a wrong type": (exam_toml().replace("order = 1", 'order = "first"'), "wrong-type", 7),
    "an unknown key in a domain": (exam_toml().replace('title = "Rules"', 'titel = "Rules"'), "unknown-key", 15),
    "a domain twice": (exam_toml().replace('"rules"', '"claims"'), "duplicate-domain", 14),
    "a weight that nobody read": (exam_toml().replace('"Rules"', '"Rules"\nweight = 20'), "weight-without-source", 13),
    "a topic with a bad slug": (exam_toml(more='"Big One" = "Big"\n'), "bad-slug", 20),
    "a line with a strange brace": (exam_toml(more='[pass]\nline = "Buy {it}"\n'), "bad-line", 21),
}  # fmt: skip


@pytest.mark.parametrize(("toml", "code", "line"), EXAMS.values(), ids=EXAMS.keys())
def test_a_mistake_in_exam_toml_has_its_line(content: Path, toml: str, code: str, line: int) -> None:
    assert ("cpb/exam.toml", line, code) in check_one(content, toml, "cpb/exam.toml")


def test_exams_must_agree_on_the_name_of_a_topic(content: Path) -> None:
    toml = exam_toml("CCM").replace('"Medicare"', '"Medicare, the program"')
    assert check_one(content, toml, "ccm/exam.toml") == [("cpb/exam.toml", 1, "topic-name")]


def test_all_mistakes_of_a_file_are_named_at_once(content: Path) -> None:
    text = article_md("TODO", body="# One\n\n[x](none.md)\n", domain="none", topics="[none]")
    assert [code for _, _, code in check_one(content, text)] == [
        "placeholder", "unknown-domain", "unknown-topic", "heading-1", "link-broken",
    ]  # fmt: skip


def test_a_link_to_a_file_with_mistakes_is_not_a_second_mistake(content: Path) -> None:
    write_files(content, {"cpb/two.md": article_md(body="[x](one.md)")})
    assert check_one(content, "---\ntitle: no\n---\n\nText.\n") == [
        ("cpb/one.md", 1, "summary-made"),
        ("cpb/one.md", 2, "unquoted"),
    ]


def test_what_is_still_to_come_in_a_draft_is_a_warning(content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md("TODO", body="TK", draft="true")})
    report = check(content)
    assert (report.errors, report.warnings) == (0, 2)


def test_only_the_paths_that_are_asked_for_are_named(content: Path) -> None:
    bad = article_md(body="[x](clean-claims.md#none)")
    write_files(content, {"cpb/one.md": bad, "cpb/two.md": bad})
    assert problem_places(check(content, [content / "cpb/one.md"])) == [("cpb/one.md", 6, "anchor-broken")]
    assert [path for path, _, _ in problem_places(check(content, [content / "cpb"]))] == [
        "cpb/one.md",
        "cpb/two.md",
    ]
    assert problem_places(check(content, [content / "pages"])) == []


def test_a_path_that_is_not_there_is_refused(content: Path) -> None:
    with pytest.raises(PathNotFoundError):
        check(content, [content / "cpb/none.md"])
    with pytest.raises(PathNotFoundError):
        check(content, [content.parent])
    with pytest.raises(ContentNotFoundError):
        check(content / "nowhere")


def test_a_hundred_broken_files_are_all_named(content: Path) -> None:
    write_files(content, {f"cpb/broken-{n}.md": article_md(f"{n}", body="[x](none.md)") for n in range(100)})
    write_files(content, {f"cpb/good-{n}.md": article_md(f"{n}") for n in range(100)})
    report = check(content)
    assert (len(report.problems), report.errors, report.files) == (100, 100, 203)


@pytest.mark.parametrize(
    "day",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+02:00",
        "1899-12-31T23:59:59Z",
        "9999-12-31T23:59:59-02:00",
    ],
)
def test_a_year_that_programs_write_for_never_is_no_date(content: Path, day: str) -> None:
    assert check_one(content, article_md(published=day)) == [("cpb/one.md", 4, "bad-date")]
    assert check_one(content, article_md(updated=day[:10])) == [("cpb/one.md", 4, "bad-date")]


@pytest.mark.parametrize("character", ["\0", "\x07", "\x7f", "\ufffe", "\u202e", "\u202d"])
def test_characters_that_nobody_sees_and_that_mislead_are_refused(content: Path, character: str) -> None:
    assert check_one(content, f"{GOOD}\nA {character} b\n") == [("cpb/one.md", 10, "control-character")]
    title = article_md(f"A\\u{ord(character):04x}B")
    assert check_one(content, title) == [("cpb/one.md", 2, "control-character")]


@pytest.mark.parametrize("title", ["\u200b", "\u00ad \u2060", "\ufeff"])
def test_a_title_that_nobody_sees_is_none(content: Path, title: str) -> None:
    assert check_one(content, article_md(title)) == [("cpb/one.md", 2, "missing")]


def test_joiners_that_scripts_and_emoji_need_stay(content: Path) -> None:
    assert (
        check_one(content, article_md("\u0645\u06cc\u200c\u0631\u0648\u0645 \U0001f469\u200d\u2695\ufe0f"))
        == []
    )


@pytest.mark.parametrize("url", ["https://[::1", "https://example.org:port/", "https://https://example.org/"])
def test_the_address_of_a_source_is_one(content: Path, url: str) -> None:
    sources = f'[{{title: "A", url: "{url}"}}]'
    assert check_one(content, article_md(sources=sources)) == [("cpb/one.md", 4, "bad-address")]


@pytest.mark.parametrize("src", ["a.png?raw=true", "a.png#gh-dark-mode-only", "a.png?v=2#x", "b%23c.png"])
def test_a_picture_is_found_with_what_other_sites_take_behind_its_name(
    content: Path, image: bytes, src: str
) -> None:
    body = f"Text.\n\n![A chart]({src})\n"
    write_files(content, {"cpb/one.md": article_md(body=body), "cpb/a.png": image, "cpb/b#c.png": image})
    assert check(content).errors == 0
