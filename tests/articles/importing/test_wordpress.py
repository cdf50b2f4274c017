"""An export of WordPress, as its readers saw it."""

from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from articles.importing.export import Export, ImportRefusedError, Post
from articles.importing.html_to_text import to_markdown
from articles.importing.importer import Importer
from articles.importing.read_export import read_export
from articles.importing.wordpress_text import Attachments, make_paragraphs, to_html
from tests.support.articles import write_files

WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Old desk</title><link>https://old.example</link><description>Of old</description>
<wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:author><wp:author_login>ada</wp:author_login><wp:author_display_name>Ada B.</wp:author_display_name></wp:author>
{items}</channel></rss>"""


def item(
    number: int, text: str = "Text.", *, status: str = "publish", kind: str = "post", more: str = ""
) -> str:
    return f"""<item><title>Post {number}</title><link>https://old.example/2020/05/post-{number}/</link><dc:creator>ada</dc:creator>
<content:encoded><![CDATA[{text}]]></content:encoded><excerpt:encoded><![CDATA[In short.]]></excerpt:encoded>
<wp:post_id>{number}</wp:post_id><wp:post_date_gmt>2020-05-01 08:00:00</wp:post_date_gmt><wp:post_name>post-{number}</wp:post_name>
<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>"""


def read(tmp_path: Path, *items: str, **options: object) -> Export:
    path = write_files(tmp_path, {"old.xml": WXR.format(items="".join(items))}) / "old.xml"
    return read_export(path, **options)  # type: ignore[arg-type]


class Plain:
    def link(self, address: str) -> str | None:
        return address

    def picture(self, address: str) -> str | None:
        return address.rpartition("/")[2]


def shown(text: str, attachments: dict[str, str] | None = None) -> tuple[str, list[str]]:
    post = Post("1", "a", "A", "")
    return to_markdown(
        to_html(text, Attachments(attachments or {}), post), Plain(), post.note
    ).strip(), post.notes


def test_what_a_post_says_of_itself_comes_along(tmp_path: Path) -> None:
    terms = '<category domain="category" nicename="medicare">Medicare</category><category domain="post_tag" nicename="x">A tag</category>'
    (post,) = read(tmp_path, item(1, more=terms)).posts
    assert (post.title, post.slug, post.summary, post.author) == ("Post 1", "post-1", "In short.", "Ada B.")
    assert (post.old_paths, post.topics, str(post.published)) == (
        ["/2020/05/post-1/"], ["Medicare", "A tag"], "2020-05-01 08:00:00+00:00"
    )  # fmt: skip


def test_titles_summaries_and_tags_are_words_and_no_html(tmp_path: Path) -> None:
    term = '<category domain="category" nicename="a"><![CDATA[Cost &amp; co]]></category>'
    text = item(1, more=term).replace("Post 1", "<![CDATA[A &amp; B&#8217;s <em>&lt;table&gt;</em>]]>")
    (post,) = read(tmp_path, text.replace("In short.", "More &amp; <b>more</b>")).posts
    assert (post.title, post.summary, post.topics) == ("A & B’s <table>", "More & more", ["Cost & co"])


def test_a_block_that_posts_share_stands_in_each_of_them(tmp_path: Path) -> None:
    text = '<!-- wp:paragraph --><p>One.</p><!-- /wp:paragraph --><!-- wp:block {"ref":9} /-->'
    (post,) = read(tmp_path, item(1, text), item(9, "<p>Shared.</p>", kind="wp_block")).posts
    assert "<p>Shared.</p>" in post.text


def test_a_gallery_without_a_choice_has_the_pictures_of_its_post(tmp_path: Path) -> None:
    picture = "<wp:post_parent>1</wp:post_parent><wp:attachment_url>https://old.example/wp-content/uploads/{}</wp:attachment_url>"
    files = [
        item(n, "", kind="attachment", more=picture.format(name)) for n, name in ((2, "a.png"), (3, "b.pdf"))
    ]
    (post,) = read(tmp_path, item(1, "[gallery]"), *files).posts
    assert ("uploads/a.png" in post.text, "b.pdf" in post.text, post.notes) == (True, False, [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[su_spoiler title="Answer"]B[/su_spoiler]', "<details>\n<summary>Answer</summary>\n\nB\n\n</details>"),
        ('[accordion-item title="Q &amp; A"]B[/accordion-item]', "<details>\n<summary>Q &amp; A</summary>\n\nB\n\n</details>"),
        ('[box title="Mind"]B[/box]', "**Mind**\n\nB"), ("[box]B[/box]", "B"),
    ],
)  # fmt: skip
def test_the_title_of_a_plugins_shortcode_stays_and_what_it_hides_stays_hidden(
    before: str, after: str
) -> None:
    assert shown(before)[0] == after


def test_a_link_by_a_posts_number_leads_to_its_file(tmp_path: Path, content: Path) -> None:
    export = read(tmp_path, item(1, '<a href="https://old.example/?p=2">two</a>'), item(2))
    Importer(export, content, "new", datetime(2026, 11, 28, tzinfo=UTC), download=None).run()
    assert "[two](post-2.md)" in (content / "new/post-1.md").read_text()


def test_what_is_not_for_everybody_is_a_draft(tmp_path: Path) -> None:
    password = "<wp:post_password>secret</wp:post_password>"
    posts = read(
        tmp_path, item(1, status="private"), item(2, more=password), item(3, status="draft"), item(4)
    ).posts
    assert [post.draft for post in posts] == [True, True, True, False]
    assert ["private" in posts[0].notes[0], "password" in posts[1].notes[0]] == [True, True]


def test_what_becomes_no_article_is_named(tmp_path: Path) -> None:
    comment = "<wp:comment><wp:comment_id>1</wp:comment_id></wp:comment>"
    export = read(
        tmp_path,
        item(1, more=comment),
        item(2, status="trash"),
        item(3, kind="nav_menu_item"),
        item(4, kind="lesson"),
        item(5, " "),
    )
    assert {(note.about, note.sentence) for note in export.notes} == {
        ("Post 2", "It is in the trash."),
        ("Post 5", "It has no text."),
        ("1 item", "They are entries of menus: the site makes its own."),
        ("1 item", "They are of the type “lesson”; with `--type lesson` they become articles."),
        ("1 comment", "The site has no comments."),
    }
    assert len(read(tmp_path, item(1), item(4, kind="lesson"), kinds=("post", "lesson")).posts) == 2


def test_the_largest_picture_of_the_uploads_is_taken(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {"wp-content/uploads/2020/05/a-300x200.jpg": b"small", "wp-content/uploads/2020/05/a.jpg": b"large"},
    )
    export = read(tmp_path, item(1))
    address = "https://old.example/wp-content/uploads/2020/05/a-300x200.jpg"
    assert export.find_file(address, export.posts[0]) == (PurePosixPath("images/2020/05/a.jpg"), b"large")
    assert (
        export.find_file("https://old.example/wp-content/uploads/../../etc/passwd", export.posts[0]) is None
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("One\nline\n\nTwo", "One  \nline\n\nTwo"),
        ('[caption id="x" width="3"]<img src="/a.png" alt="A"> Of 2026[/caption]', '![A](a.png "Of 2026")'),
        ('[gallery ids="1,2"]', "![](one.png)\n\n![](two.png)"),
        ("[embed]https://youtu.be/x[/embed]", "[https://youtu.be/x](https://youtu.be/x)"),
        ("https://youtu.be/x", "[https://youtu.be/x](https://youtu.be/x)"),
        ('[sourcecode language="php"]if (a[1]) { $b; }[/sourcecode]', "```php\nif (a[1]) { $b; }\n```"),
        ("As said [1], [sic] and [[caption]]", r"As said \[1\], \[sic\] and \[caption\]"),
        ("<pre>a\n\nb [gallery]</pre>", "```\na\n\nb [gallery]\n```"),
        (
            "<!-- wp:paragraph --><p>A</p><!-- /wp:paragraph -->\n\n<!-- wp:list --><ul><li>B</li></ul><!-- /wp:list -->",
            "A\n\n- B",
        ),
        ("<blockquote>One\n\nTwo</blockquote>", "> One\n>\n> Two"),
    ],
)
def test_shortcodes_and_paragraphs_are_written_out(before: str, after: str) -> None:
    assert shown(before, {"1": "/one.png", "2": "/two.png"})[0] == after


def test_an_unknown_shortcode_is_named_and_what_it_holds_stays() -> None:
    assert shown('[box color="red"]Text[/box]') == (
        "Text",
        ["The shortcode [box] was left out; its content stays."],
    )


def test_paragraphs_do_not_touch_blocks() -> None:
    assert make_paragraphs("<ul>\n<li>a</li>\n</ul>\ntext") == "<ul>\n<li>a</li>\n</ul>\n<p>text</p>"


def test_entities_are_never_followed(tmp_path: Path) -> None:
    secret = write_files(tmp_path, {"secret": "hidden"}) / "secret"
    bomb = f'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file://{secret}">]>'
    text = WXR.format(items=item(1).replace("Post 1", "Post &b;&f;")).replace("?>\n", f"?>\n{bomb}\n", 1)
    (post,) = read_export(write_files(tmp_path, {"old.xml": text}) / "old.xml").posts
    assert "hidden" not in post.title
    assert "aaaa" not in post.title


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="is not an export that can be read"):
        read_export(write_files(tmp_path, {"feed.xml": "<rss/>"}) / "feed.xml")
