"""What the style sheets and templates promise: parts listed once, nothing inline, nothing a blocker would hide."""

import re
from pathlib import Path

import pytest

from tests.test_house import SOURCES

ROOT = Path(__file__).parents[2]
WEBSITE = ROOT / "site" / "website"
CSS = WEBSITE / "static" / "css"
ALL = sorted(path for source in SOURCES for path in (ROOT / source).rglob("templates/**/*.html"))
# Mails carry their style with them; pages must not.
MAILS = [path for path in ALL if "mails" in path.parts]
TEMPLATES = [path for path in ALL if path not in MAILS]
SHEETS = sorted(CSS.glob("*.css"))
SCRIPTS = sorted((WEBSITE / "static" / "js").glob("*.js"))


# Not part of the bundle: a pass holder's page never names the slots, few pages have items to study with or terms, a feed is
# shown without the site around it, and no reader sees an operator's page.
APART = [
    *(
        "slot.css",
        "items.css",
        "terms.css",
        "study.css",
        "study-device.css",
        "review.css",
        "glossary.css",
        "item-report.css",
    ),
    "feed.css",
    *("admin.css", "admin-newsletter.css", "admin-table.css"),
]


def name_of(path: Path) -> str:
    """A template by the package that it belongs to: several have a `base.html`."""
    return path.relative_to(ROOT).as_posix().removeprefix("site/")


def without_comments(template: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", template.read_text("utf-8"), flags=re.DOTALL)


def test_the_templates_of_every_package_are_looked_at() -> None:
    assert {name_of(path).partition("/templates/")[0] for path in TEMPLATES} >= {
        "website", "website/admin", "website/doctor", "website/demo/fake_stripe", "carrel/accounts", "payments", "newsletter",
    }  # fmt: skip
    assert {name_of(path).partition("/templates/")[0] for path in MAILS} == {
        "carrel/accounts", "carrel/mail", "payments", "newsletter", "website/admin",
    }  # fmt: skip


def test_every_component_is_in_the_bundle_once_or_stays_apart() -> None:
    listed = (CSS / "order.txt").read_text("utf-8").split()
    assert sorted([*listed, *APART]) == [sheet.name for sheet in SHEETS]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_component_is_small(sheet: Path) -> None:
    assert len(sheet.read_text("utf-8").splitlines()) <= 120


@pytest.mark.parametrize(
    "sheet", [one for one in SHEETS if not one.name.startswith("admin")], ids=lambda path: path.name
)
def test_no_class_has_a_name_that_blockers_hide(sheet: Path) -> None:
    assert not re.findall(r"\.ad[\w-]*", re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8")))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_priv_01_no_style_sheet_fetches_anything(sheet: Path) -> None:
    assert not re.search(r"url\(|@import|@font-face", sheet.read_text("utf-8"))


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_web_07_no_template_holds_inline_style_or_script_but_the_files_that_are_allowed(
    template: Path,
) -> None:
    text = re.sub(r"<(script|style)>\{\{ inline\(\"[a-z./]+\"\) \}\}</\1>", "", without_comments(template))
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'type="application/ld+json"' in script


@pytest.mark.parametrize("template", MAILS, ids=name_of)
def test_no_mail_holds_a_script_or_fetches_anything(template: Path) -> None:
    text = without_comments(template)
    assert not re.search(r"<script|<link|<iframe|\son[a-z]+=|javascript:|url\(", text)
    assert "<img" not in text or template.name == "slot.html", "only an ad has a picture"


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_ids_leave_room_for_the_headings_of_articles(template: Path) -> None:
    if "fake_stripe" in template.parts:
        return  # another site, which has no articles
    for name in re.findall(r'\sid="([^"]*)"', template.read_text("utf-8")):
        assert name.startswith(("page-", "{{ id }}"))


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_the_pass_edition_cannot_name_a_slot_outside_the_slots_component(template: Path) -> None:
    if template.name != "slots.html":
        assert 'class="slot' not in template.read_text("utf-8")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_priv_08_script_keeps_one_declared_thing_in_storage(script: Path) -> None:
    text = script.read_text("utf-8")
    assert set(re.findall(r"(?:get|set|remove)Item\(\"([^\"]+)\"", text)) <= {"display"}
    assert not re.search(r"document\.cookie|sessionStorage", text)
