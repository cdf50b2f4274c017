"""What must stay a mistake, whatever else becomes a warning (ADR 16): it would mislead readers or harm them, show
them something broken, lose what an author wrote, or show what is not for everybody."""

import io

import pytest
from PIL import Image

from articles.check import check
from tests.support.articles import SUMMARY, article_md, exam_toml, write_files

OPTIONS = "- [x] One.\n\n  Why.\n\n- [ ] Two.\n\n  Why not.\n"

# Lines below `title` and `summary`, and the line of the file with the mistake.
FRONT = {
    "a title with a colon": ("author: CMP: what it is", "unquoted-colon", 4),
    "a text that YAML reads as false": ("author: no", "unquoted", 4),
    "a text that YAML reads as 750": ("reviewer: 12:30\nreviewed: 2026-10-01", "unquoted", 4),
    "a text that YAML cuts": ("author: Box #33", "yaml-comment", 4),
    "a key twice": ("draft: true\ndraft: false", "duplicate-key", 5),
    "a title twice": ("title: another", "duplicate-key", 4),
    "an anchor of YAML": ("topics: &t [*t]", "yaml-anchor", 4),
    "a quote that does not end": ('author: "one', "front-matter", 4),
    "a bracket that does not end": ("topics: [medicare", "front-matter", 4),
    "a tab before a key": ("\tdraft: true", "front-matter", 4),
    "a draft misspelt": ("draf: true", "unknown-key", 4),
    "an author misspelt": ("authors: me", "unknown-key", 4),
    "a date misspelt": ("publishd: 2026-10-01", "unknown-key", 4),
    "an end misspelt": ("expire: 2026-10-01", "unknown-key", 4),
    "a text for draft": ('draft: "no"', "wrong-type", 4),
    "a text for ads": ('ads: "off"', "wrong-type", 4),
    "a text for the order": ('order: "3"', "wrong-type", 4),
    "an order below nothing": ("order: -1", "wrong-value", 4),
    "a word as a date": ("published: soon", "bad-date", 4),
    "a month that no year has": ("published: 2026-13-01T09:00:00Z", "bad-date", 4),
    "a day that no month has": ("updated: 2026-02-30", "bad-date", 4),
    "an hour that no day has": ("published: 2026-02-03T25:00:00Z", "bad-date", 4),
    "a date whose order is a guess": ("published: 03/04/2026", "bad-date", 4),
    "a year for never": ("published: 0001-01-01T00:00:00Z", "bad-date", 4),
    "a year for always": ("expires: 9999-12-31T23:59:59Z", "bad-date", 4),
    "an end before the beginning": ("published: 2026-10-02\nexpires: 2026-10-01", "expires-early", 1),
    "a review by nobody": ("reviewed: 2026-10-01", "half-review", 1),
    "a reviewer of no day": ("reviewer: A. Reader", "half-review", 1),
    "a topic that no exam has": ("topics: [medicar]", "unknown-topic", 4),
    "a topic twice": ("topics: [medicare, medicare]", "topic-twice", 4),
    "a domain that no exam has": ("domain: claim", "unknown-domain", 4),
    "an author and nothing else": ("author: ''", "missing", 4),
    "private elsewhere": ("private: true", "not-hidden", 4),
    "a password elsewhere": ("password: hunter2", "not-hidden", 4),
    "a draft of WordPress": ("status: draft", "not-hidden", 4),
    "unlisted elsewhere": ("visibility: members", "not-hidden", 4),
    "a source that runs code": ("sources: [{title: A, url: 'javascript:alert(1)'}]", "bad-address", 4),
    "a source without a title": ("sources: [{url: 'https://example.org'}]", "missing", 4),
    "an alias that climbs": ("aliases: [/../etc/passwd]", "bad-alias", 4),
    "an alias with a query": ("aliases: ['/a?b=1']", "bad-alias", 4),
    "an alias of our own": ("aliases: [/pass/]", "alias-taken", 4),
    "a slug without a letter": ("slug: '---'", "bad-slug", 4),
    "a control in the author": ('author: "A\\u0007B"', "control-character", 4),
    "an override in the author": ('author: "A\\u202eB"', "control-character", 4),
}

# The text, which begins on line 6 of the file.
BODIES = {
    "no text": ("\n", "empty-body", 5),
    "a link to a file that is not there": ("[x](medicar-basics.md)", "link-broken", 6),
    "a link to a folder's file that is not there": ("A.\n\n[x](more/none.md#a)", "link-broken", 8),
    "an exam that is not there": ("[x](/exams/none/)", "link-broken", 6),
    "a topic that is not there": ("[x](/topics/none/)", "link-broken", 6),
    "an article by its address": ("[x](/articles/medicare-basics/)", "link-by-address", 6),
    "a link that runs code": ("[x](javascript:alert(1))", "link-scheme", 6),
    "a link that runs code, in HTML": ('<a href="JavaScript:alert(1)">x</a>', "link-scheme", 6),
    "a link that runs Basic": ("[x](vbscript:msgbox(1))", "link-scheme", 6),
    "a link with its page in it": ("[x](data:text/html,<b>x</b>)", "link-scheme", 6),
    "a link to the reader's disk": ("[x](file:///etc/passwd)", "link-scheme", 6),
    "a host of two schemes": ("[x](https://https://example.org/)", "link-dead", 6),
    "a port that is none": ("[x](https://example.org:port/)", "link-dead", 6),
    "a picture that is not there": ("![A chart](chrat.png)", "image-missing", 6),
    "a picture outside of the folder": ("![A chart](../../outside.png)", "image-outside", 6),
    "a picture of the disk": ("![A chart](/etc/passwd)", "image-outside", 6),
    "a picture with its bytes in the text": ("![A chart](data:image/png;base64,AA==)", "image-outside", 6),
    "a picture that is a text": ("![A chart](text.png)", "image-unknown", 6),
    "a picture cut short": ("![A chart](cut.png)", "image-broken", 6),
    "a picture with scripts": ("![A chart](drawn.svg)", "image-svg", 6),
    "a script": ("<script>alert(1)</script>", "raw-html", 6),
    "another site in a frame": ("<iframe src='https://example.org'></iframe>", "raw-html", 6),
    "a form": ("<form action='/x'><input name=a></form>", "raw-html", 6),
    "a style for all": ("<style>body { display: none }</style>", "raw-html", 6),
    "a comment that hides the rest": ("A.\n\n<!-- hidden\n\nB.", "comment-open", 8),
    "a control": ("A \x07 b", "control-character", 6),
    "a NUL": ("A \0 b", "control-character", 6),
    "letters in another order": ("A \u202e b", "control-character", 6),
    "a question without a key": (f"::: question\nWhich?\n\n{OPTIONS.replace('[x]', '[ ]')}:::", "question-no-answer", 6),
    "a question that all answer right": (f"::: question\nWhich?\n\n{OPTIONS.replace('[ ]', '[x]')}:::", "question-no-wrong", 6),
    "a question without options": ("::: question\nWhich?\n:::", "question-options", 6),
    "a question with one option": ("::: question\nWhich?\n\n- [x] One.\n\n  Why.\n:::", "question-few-options", 6),
    "a question without a reason": ("::: question\nWhich?\n\n- [x] One.\n- [ ] Two.\n\n  Why not.\n:::", "question-no-reason", 9),
    "a question that asks nothing": (f"::: question\n{OPTIONS}:::", "question-prompt", 6),
    "a question that does not end": (f"::: question\nWhich?\n\n{OPTIONS}", "container-open", 6),
    "a container that is none": ("::: quetsion\nWhich?\n:::", "container-unknown", 6),
    "a footnote that is lost": ("A.\n\n[^1]: A note.", "footnote-unused", 8),
    "a footnote twice": ("A[^1].\n\n[^1]: One.\n\n[^1]: Two.", "footnote-duplicate", 10),
    "quotes too deep to follow": (">" * 40 + " a", "too-deep", 6),
    "a table too wide to read": ("| a" * 70 + " |\n" + "|---" * 70 + "|", "table-too-wide", 7),
    "a text too long for a page": ("word " * 45_000, "too-large", 5),
}  # fmt: skip

# Whole files; each mistake is in the first of them.
FILES: dict[str, tuple[dict[str, str | bytes], str, int]] = {
    "a title to be written": ({"cpb/untitled.md": article_md("TODO")}, "placeholder", 2),
    "a summary to be written": ({"cpb/unsummed.md": article_md(summary='"TODO: say it"')}, "placeholder", 3),
    "bytes that are no text": ({"cpb/bytes.md": article_md().encode() + b"\nna\xefve\n"}, "bad-utf-8", 10),
    "front matter that does not end": ({"cpb/open.md": "---\ntitle: one\n"}, "front-matter", 1),
    "a name without a letter": ({"cpb/---.md": article_md()}, "bad-slug", 1),
    "one address, written twice": (
        {"cpb/two.md": article_md(slug="same"), "cpb/also.md": article_md(slug="same")}, "duplicate-slug", 4),
    "one old address twice": (
        {"cpb/y.md": article_md(aliases="[older]"), "cpb/x.md": article_md(aliases="[older]")}, "alias-twice", 4),
    "an old address that another has": (
        {"cpb/z.md": article_md(aliases="[zz]"), "cpb/zz.md": article_md()}, "alias-taken", 4),
    "an old address that is its own": ({"cpb/loop.md": article_md(aliases="[loop]")}, "alias-loop", 4),
    "a folder of no exam": ({"noexam/a.md": article_md()}, "no-exam", 1),
    "an exam that is no TOML": ({"broken/exam.toml": "name = "}, "toml", 1),
    "a page that the site has not": ({"pages/impressum.md": article_md()}, "unknown-page", 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[tuple[int, str]]]:
    """The mistakes of every case in one library, by path."""
    root = tmp_path_factory.mktemp("content")
    files: dict[str, str | bytes] = {"cpb/exam.toml": exam_toml(), "cpb/medicare-basics.md": article_md()}
    files |= {"../outside.png": b"PNG", "cpb/text.png": b"A text.", "cpb/drawn.svg": b"<svg><script/></svg>"}
    Image.effect_noise((64, 64), 90).save(whole := io.BytesIO(), "PNG")
    files["cpb/cut.png"] = whole.getvalue()[:2_000]
    for name, (lines, _, _) in FRONT.items():
        files[f"cpb/front {name}.md"] = f'---\ntitle: one\nsummary: "{SUMMARY}"\n{lines}\n---\n\nText.\n'
    for name, (body, _, _) in BODIES.items():
        files[f"cpb/body {name}.md"] = article_md(body=body)
    for several, _, _ in FILES.values():
        files |= several
    problems = check(write_files(root, files)).problems
    return {
        path: {(problem.line, problem.code) for problem in each if problem.level == "error"}
        for path, each in problems.items()
    }


def path_of(first: str) -> str:
    return "noexam" if first.startswith("noexam/") else first


CASES = [
    *((f"cpb/front {name}.md", line, code) for name, (_, code, line) in FRONT.items()),
    *((f"cpb/body {name}.md", line, code) for name, (_, code, line) in BODIES.items()),
    *((path_of(next(iter(files))), line, code) for files, code, line in FILES.values()),
]


@pytest.mark.parametrize(("path", "line", "code"), CASES, ids=[f"{path}: {code}" for path, _, code in CASES])
def test_it_is_still_a_mistake(
    found: dict[str, set[tuple[int, str]]], path: str, line: int, code: str
) -> None:
    assert (line, code) in found.get(path, set())
