"""Folders of Jekyll, Hugo and Obsidian."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.check import check
from articles.importing.importer import Importer, ImportReport
from articles.importing.read_export import read_export
from tests.support.articles import write_files

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path, image: bytes) -> Path:
    return write_files(tmp_path / "old", {"assets/img/a.png": image})


def import_it(site: Path, content: Path) -> tuple[ImportReport, dict[str, str]]:
    """Import into an exam of its own; the files that it has then."""
    report = Importer(read_export(site), content, "new", NOW, download=None).run()
    return report, {path: (content / "new" / path).read_text() for path in report.articles}


def test_a_jekyll_site(site: Path, content: Path) -> None:
    write_files(
        site,
        {
            "_config.yml": "title: Old\nurl: https://old.example\npermalink: pretty\n",
            "_posts/2019-05-01-claims.md": "---\ntitle: Claims\ntags: [Medicare]\ncategories: [billing]\nlayout: post\n---\n"
            "![A]({{ site.baseurl }}/assets/img/a.png) [p]({% post_url 2020-01-02-next %}) [n](/2020/01/02/next/){:.x}\n\n"
            "{% highlight ruby %}\nputs '{{ x }}'\n{% endhighlight %}\n{% include ad.html %}\n",
            "_posts/2020-01-02-next.md": "---\ntitle: Next\npublished: false\n---\nText.\n",
            "_drafts/idea.md": "---\ntitle: Idea\n---\nText.\n",
            "README.md": "About the folder.\n",
            "_layouts/x.md": "---\n---\n",
        },
    )
    report, files = import_it(site, content)
    assert sorted(files) == ["claims.md", "idea.md", "next.md"]
    assert files["claims.md"].partition("---\n\n")[2] == (
        "![A](assets/img/a.png) [p](next.md) [n](next.md)\n\n```ruby\nputs '{{ x }}'\n```\n"
    )
    assert '- "/billing/2019/05/01/claims"' in files["claims.md"]
    assert "published: 2019-05-01\n" in files["claims.md"]
    assert "draft: true" in files["next.md"]
    assert "draft: true" in files["idea.md"]
    assert "Liquid was left out: include." in [note.sentence for note in report.notes]
    assert check(content).errors == 0


def test_a_hugo_site(site: Path, content: Path, image: bytes) -> None:
    write_files(
        site,
        {
            "hugo.toml": 'title = "Old"\nbaseURL = "https://old.example/"\n[permalinks]\nposts = "/:year/:slug/"\n',
            "content/posts/claims/index.md": '+++\ntitle = "Claims"\ndate = 2019-05-01T10:00:00-04:00\ndescription = "Short."\n'
            'tags = ["Medicare"]\naliases = ["/old.html"]\nweight = 3\nunread = 1\n+++\n'
            '{{< figure src="b.png" alt="B" caption="Of 2026" >}}\n\n[next]({{< ref "next.md" >}}#rule) {{< youtube abc >}}\n',
            "content/posts/claims/b.png": image,
            "content/posts/next.md": "---\ntitle: Next\ndate: 2019-05-02\ndraft: true\nslug: second\n---\n## Rule\n\n![A](/img/a.png)\n",
            "content/posts/_index.md": "---\ntitle: Posts\n---\n",
            "static/img/a.png": image,
        },
    )
    report, files = import_it(site, content)
    claims = files["posts/claims.md"]
    assert "published: 2019-05-01T10:00:00-04:00" in claims
    assert 'summary: "Short."' in claims
    assert '- "/2019/claims"\n  - "/old.html"' in claims
    assert "order: 3" in claims
    assert '![B](claims/b.png "Of 2026")' in claims
    assert "[next](second.md#rule)" in claims
    assert "[https://www.youtube.com/watch?v=abc](https://www.youtube.com/watch?v=abc)" in claims
    assert "![A](../img/a.png)" in files["posts/second.md"]
    assert ("`unread` in the front matter of 1 file", "It is ignored.") in {
        (note.about, note.sentence) for note in report.notes
    }
    assert check(content).errors == 0


def test_an_obsidian_vault(site: Path, content: Path) -> None:
    write_files(
        site,
        {
            ".obsidian/app.json": "{}",
            "Billing/Dirty Claims.md": "---\ntags: [medicare]\naliases: [CC]\npublish: false\n---\n# Dirty Claims\n\n"
            "See [[Next|the next]] and [[Next#The rule]], not [[Gone]]. ![[a.png|300]]\n\n> [!info]- IEEE\n> Text\n\n"
            "==Mark== %%secret%% `[[code]]`\n",
            "Next.md": "## The rule\n\nText ^block\n",
        },
    )
    _, files = import_it(site, content)
    claims = files["billing/dirty-claims.md"]
    assert "See [the next](../next.md) and [Next: The rule](../next.md#the-rule), not Gone." in claims
    assert "![a](../assets/img/a.png)" in claims
    assert "> [!NOTE]- IEEE\n> Text" in claims
    assert "<mark>Mark</mark>  `[[code]]`" in claims
    assert "draft: true" in claims
    assert "secret" not in claims
    assert files["next.md"].endswith("Text\n")
    assert check(content).errors == 0


def test_a_file_that_cannot_be_read_is_named_and_the_others_come(site: Path, content: Path) -> None:
    write_files(site, {"a.md": "---\ntitle: [\n---\nText\n", "b.md": b"\xff\xfe", "c.md": "Text\n"})
    report, files = import_it(site, content)
    assert list(files) == ["c.md"]
    assert [note.about for note in report.notes] == ["a.md", "b.md"]


def test_no_file_outside_of_the_folder_is_brought_along(
    site: Path, content: Path, tmp_path: Path, image: bytes
) -> None:
    write_files(tmp_path, {"secret.png": image})
    (site / "link.png").symlink_to(tmp_path / "secret.png")
    write_files(site, {"a.md": "![a](../secret.png) ![b](link.png)\n"})
    _, files = import_it(site, content)
    assert files["a.md"].endswith("a b\n")


def test_an_answer_that_was_folded_stays_folded(site: Path, content: Path) -> None:
    body = "> [!success]- Answer\n> **B**\n\n> [!question]+ Open\n> C\n\n> > [!faq]-\n> > D\n\n>[!NOTE]\n>E\n"
    write_files(site, {".obsidian/app.json": "{}", "quiz.md": f"Which?\n\n{body}"})
    _, files = import_it(site, content)
    assert files["quiz.md"].partition("Which?\n\n")[2] == (
        "> [!TIP]- Answer\n> **B**\n\n> [!NOTE]+ Open\n> C\n\n> > [!NOTE]- Faq\n> > D\n\n>[!NOTE]\n>E\n"
    )


def test_a_link_to_a_note_keeps_its_words_in_a_table(site: Path, content: Path) -> None:
    table = "| a |\n|---|\n| [[Next\\|words]] and [[Next#The rule\\|rule]], [[Next#^ab1]] |\n"
    write_files(site, {".obsidian/app.json": "{}", "one.md": table, "Next.md": "## The rule\n\nText\n"})
    _, files = import_it(site, content)
    assert "| [words](next.md) and [rule](next.md#the-rule), [Next](next.md) |" in files["one.md"]


def test_hugos_shortcodes_that_hold_a_text_stay_what_they_are(site: Path, content: Path) -> None:
    body = (
        '{{< details "Answer" >}}\nB\n{{< /details >}}\n\n{{% expand summary="Why & how" %}}C{{% /expand %}}\n\n'
        '{{% notice warning "Mind" %}}\nD\n{{% /notice %}}\n\n{{< callout type="tip" >}}E{{< /callout >}}\n\n'
        '{{< tabs >}}{{< tab "Linux" >}}F{{< /tab >}}{{< /tabs >}}\n\nWrite {{</* note */>}}.\n\n{{< badge "New" >}}\n'
    )
    write_files(site, {"hugo.toml": 'title = "Old"\n', "content/a.md": f"---\ntitle: A\n---\n{body}"})
    report, files = import_it(site, content)
    text = files["a.md"].partition("---\n\n")[2]
    assert "<details>\n<summary>Answer</summary>\n\n\nB\n\n\n</details>" in text
    assert "<summary>Why &amp; how</summary>\n\nC\n\n</details>" in text
    assert "::: warning Mind\n\n\nD\n\n\n:::" in text
    assert "::: tip\n\nE\n\n:::" in text
    assert "**Linux**\n\nF" in text
    assert "Write `{{< note >}}`." in text
    assert 'The shortcode badge "New" was left out; its content stays.' in [
        note.sentence for note in report.notes
    ]
    assert check(content).errors == 0


def test_what_liquid_shows_as_it_is_stays(site: Path, content: Path) -> None:
    body = '{% raw %}{{ page.title }}{% endraw %}\n\n{::comment}no{:/comment}{::nomarkdown}yes{:/}\n\n{% include a.html text="Words" %}\n'
    write_files(
        site, {"_config.yml": "title: Old\n", "_posts/2020-01-02-a.md": f"---\ntitle: A\n---\n{body}"}
    )
    report, files = import_it(site, content)
    assert files["a.md"].partition("---\n\n")[2] == "{{ page.title }}\n\nyes\n"
    assert 'Liquid was left out: include a.html text="Words".' in [note.sentence for note in report.notes]


def test_the_home_page_of_hugo_has_a_name(site: Path, content: Path) -> None:
    write_files(site, {"hugo.toml": 'title = "Old"\n', "content/_index.md": "---\ntitle: Home\n---\nText.\n"})
    report, files = import_it(site, content)
    assert (list(files), report.notes) == (["home.md"], [])


def test_a_date_under_published_is_kept(site: Path, content: Path) -> None:
    write_files(site, {"a.md": "\n---\ntitle: A\npublished: 2024-05-01\n---\nText.\n"})
    _, files = import_it(site, content)
    assert "published: 2024-05-01\n" in files["a.md"]
