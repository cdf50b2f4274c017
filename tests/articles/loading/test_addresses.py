"""Files of one name get addresses of their own, and no file loses one to another."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from articles.check import check
from articles.loading.addresses import slugs_of
from articles.models import Article
from articles.publish import PublishReport
from carrel.db import Database
from tests.support.articles import article_md, exam_toml, write_files

Publish = Callable[..., PublishReport]


def slugs(db: Database) -> dict[str, str]:
    with db.read() as session:
        return {article.path: article.slug for article in session.scalars(select(Article))}


def test_files_of_one_name_get_their_folders_before_it_with_a_word(
    content: Path, publish_now: Publish, db: Database
) -> None:
    names = ["cpb/aws/plan.md", "cpb/azure/plan.md", "ccm/azure/plan.md", "ccm/azure/Plan!.md"]
    links = article_md(body="[a](aws/plan.md) [b](azure/plan.md) [c](../ccm/azure/plan.md)")
    files = {name: article_md("Plan") for name in names}
    write_files(content, {"ccm/exam.toml": exam_toml("CCM"), "cpb/links.md": links, **files})
    problems = check(content).problems
    assert {(path, p.level, p.hint) for path, found in problems.items() for p in found} == {
        ("ccm/azure/plan.md", "warning", "Add the line slug: azure-plan to keep it for good."),
        ("cpb/aws/plan.md", "warning", "Add the line slug: aws-plan to keep it for good."),
        ("cpb/azure/plan.md", "warning", "Add the line slug: cpb-azure-plan to keep it for good."),
    }
    publish_now()
    found = slugs(db)
    assert [found[name] for name in names] == ["aws-plan", "cpb-azure-plan", "azure-plan", "plan"]


def test_a_file_keeps_its_address_when_another_of_its_name_comes_before_it(
    content: Path, publish_now: Publish, db: Database
) -> None:
    write_files(content, {"cpb/m/plan.md": article_md("Plan")})
    publish_now()
    write_files(content, {"cpb/a/plan.md": article_md("Newer"), "cpb/m/plan.md": article_md("Plan, changed")})
    publish_now()
    assert {path: slug for path, slug in slugs(db).items() if "plan" in path} == {
        "cpb/m/plan.md": "plan",
        "cpb/a/plan.md": "a-plan",
    }
    write_files(content, {"cpb/a/plan.md": article_md("Newer, changed")})
    publish_now()
    assert slugs(db)["cpb/a/plan.md"] == "a-plan"


def test_long_names_that_are_cut_alike_are_numbered() -> None:
    path = f"x/{'word-' * 20}end.md"
    made = slugs_of(path)
    first, second, third = next(made), next(made), next(made)
    assert (first, second, third) == (
        ("word-" * 16)[:-1],
        f"{('word-' * 16)[:-2]}-2",
        f"{('word-' * 16)[:-2]}-3",
    )
    assert max(len(first), len(second), len(third)) <= 80
