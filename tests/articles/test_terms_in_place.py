"""Terms are marked where a text uses them first, and nowhere that is no prose."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.terms import Term
from articles.terms_in_place import index_of

BUTTON = re.compile(
    r'<button type="button" class="term" popovertarget="page-term-([a-z-]+)">([^<]*)</button>'
)


def term(key: str, name: str) -> Term:
    return Term(key, name, name, "<p>It is.</p>", "It is.", "/articles/a/#question-a", "A", None, "0")


TERMS = [
    term("cmp", "Competitive Medical Plan (CMP)"), term("claim", "Claim"), term("clean", "Clean claim"),
    term("hmo", "HMO"), term("rd", "R&D"),
]  # fmt: skip
INDEX = index_of(TERMS)


def marked(*htmls: str, kind: str = "paragraph") -> list[tuple[str, str]]:
    """Which terms are marked, and in which words."""
    blocks = INDEX.mark([{"kind": kind, "html": html} for html in htmls])
    pairs = [pair for block in blocks for pair in BUTTON.findall(block.html)]
    assert [key for key, _ in pairs] == [term.key for block in blocks for term in block.terms]
    return pairs


@pytest.mark.parametrize(
    ("html", "pairs"),
    [
        ("<p>A clean claim is a claim.</p>", [("clean", "clean claim"), ("claim", "claim")]),
        ("<p>Claims, CLAIM and claim.</p>", [("claim", "Claims")]),
        ("<p>A CMP was a competitive\nmedical plan.</p>", [("cmp", "CMP")]),
        ("<p>Competitive medical plans ended.</p>", [("cmp", "Competitive medical plans")]),
        ("<p>HMOs, but no hmo.</p>", [("hmo", "HMOs")]),
        ("<p>Is hmo one?</p>", []),
        ("<p>R&amp;D and R&lt;D.</p>", [("rd", "R&amp;D")]),
        ("<p>claims-made, reclaim, disclaimer, claimant</p>", []),
        ("<p><em>claim</em></p>", [("claim", "claim")]),
    ],
)
def test_names_are_known_in_any_case_and_in_the_plural_and_acronyms_as_they_are(
    html: str, pairs: list[tuple[str, str]]
) -> None:
    assert marked(html) == pairs


@pytest.mark.parametrize(
    ("name", "html", "words"),
    [
        ("索赔", "<p>本文介绍索赔的基本概念。</p>", "索赔"), ("請求", "<p>これは請求書です。</p>", "請求"),
        ("เบิก", "<p>การเบิกจ่าย</p>", "เบิก"), ("청구", "<p>보험 청구는</p>", "청구"), ("CMP", "<p>索赔CMP拒付</p>", "CMP"),
        ("索赔 (claim)", "<p>索赔</p>", "索赔"), ("कर", "<p>यह कर है</p>", "कर"), ("مطالبة", "<p>هذه مطالبة.</p>", "مطالبة"),
        (".NET", "<p>Use .NET now.</p>", ".NET"), ("C++", "<p>In C++, it is.</p>", "C++"), ("Übertrag", "<p>Der übertrag</p>", "übertrag"),
        ("CMP (competitive medical plan)", "<p>Competitive medical plans</p>", "Competitive medical plans"),
        ("Medicare severity DRG (MS-DRG)", "<p>An MS-DRG</p>", "MS-DRG"), ("<T>", "<p>A &lt;T&gt; here.</p>", "&lt;T&gt;"),
    ],
)  # fmt: skip
def test_a_term_is_known_in_every_script_and_with_its_signs(name: str, html: str, words: str) -> None:
    (block,) = index_of([term("a", name)]).mark([{"kind": "paragraph", "html": html}])
    assert BUTTON.findall(block.html) == [("a", words)]


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("कर", "<p>कर्म और करना</p>"), ("resume", "<p>resume\u0301</p>"), ("ที", "<p>ที่</p>"), ("か", "<p>か</p>"),
        ("Deductible (insurance)", "<p>Your insurance pays.</p>"), ("Appeal (CMS)", "<p>CMS decides.</p>"),
        ("CMS (appeal)", "<p>An appeal.</p>"), (".NET", "<p>NET and a.NET</p>"), ("C++", "<p>C and C++11</p>"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_term_is_none(name: str, html: str) -> None:
    (block,) = index_of([term("a", name)]).mark([{"kind": "paragraph", "html": html}])
    assert block.html == html


def test_the_letters_of_a_character_reference_are_no_word() -> None:
    (block,) = index_of([term("amp", "Amp"), term("x", "x26")]).mark(
        [{"kind": "paragraph", "html": "<p>A&amp;B, A&#x26;B, an amp</p>"}]
    )
    assert BUTTON.sub(r"[\2]", block.html) == "<p>A&amp;B, A&#x26;B, an [amp]</p>"


def test_of_two_terms_of_one_name_the_first_is_explained_and_once() -> None:
    index = index_of(
        [term("first", "Claim"), term("second", "claim"), term("aids", "aids"), term("a", "AIDS")]
    )
    (block,) = index.mark([{"kind": "paragraph", "html": "<p>A claim, that claim; aids against AIDS</p>"}])
    assert BUTTON.findall(block.html) == [("first", "claim"), ("aids", "aids"), ("a", "AIDS")]


def test_only_the_first_use_in_an_article_is_marked() -> None:
    assert marked("<p>An HMO.</p>", "<p>The HMO, a claim.</p>", "<p>A claim.</p>") == [
        ("hmo", "HMO"), ("claim", "claim"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "html",
    [
        '<p><a href="/x/">An HMO</a></p>',
        "<p><code>HMO</code></p>",
        "<p><dfn>HMO</dfn></p>",
        "<blockquote><h3>HMO</h3></blockquote>",
        "<blockquote><pre>HMO</pre></blockquote>",
        '<ul><li><section class="question"><p>HMO</p><details><summary>HMO</summary>HMO</details></section></li></ul>',
        '<p><math alttext="HMO"><mi>HMO</mi></math></p>',
        '<p><abbr title="HMO">HMO</abbr></p>',
        '<p><img src="/media/a.webp" alt="an HMO > a CMP"></p>',
    ],
)
def test_what_is_no_prose_stays_as_it_is(html: str) -> None:
    assert marked(html) == []
    assert marked(f"<p>An HMO.</p>{html}") == [("hmo", "HMO")]


@pytest.mark.parametrize(
    "kind", ["heading", "question", "code", "figure", "definitions", "footnotes", "rule"]
)
def test_blocks_of_other_kinds_stay_as_they_are(kind: str) -> None:
    assert marked("<p>An HMO.</p>", kind=kind) == []


@pytest.mark.parametrize("kind", ["paragraph", "list", "quote", "admonition", "table"])
def test_prose_may_be_of_several_kinds(kind: str) -> None:
    assert marked("<p>An HMO.</p>", kind=kind) == [("hmo", "HMO")]


@given(
    st.lists(
        st.sampled_from(["HMO", "claim", " ", ", ", "<b>", "</b>", "&amp;", "clean ", "<a>", "</a>", "x"])
    )
)
def test_without_its_buttons_a_text_is_what_it_was(parts: list[str]) -> None:
    html = f"<p>{''.join(parts)}</p>"
    (block,) = INDEX.mark([{"kind": "paragraph", "html": html}])
    assert BUTTON.sub(r"\2", block.html) == html


def test_without_terms_nothing_is_looked_for() -> None:
    blocks = index_of([]).mark([{"kind": "paragraph", "html": "<p>An HMO.</p>"}])
    assert [(block.html, block.terms) for block in blocks] == [("<p>An HMO.</p>", ())]
