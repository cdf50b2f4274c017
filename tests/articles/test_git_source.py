"""Publishing what is pushed, with real git: a bare repository, its hooks, and authors who push."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from carrel.db import Database
from carrel.settings import Settings
from tests.articles.git_authors import Author, anna, author, live, repository, slugs
from tests.support.articles import article_md, write_files

__all__ = ["anna", "author", "live", "repository"]
pytestmark = pytest.mark.outside


@pytest.mark.own_database
def test_what_is_pushed_is_published_and_a_mistake_is_refused_with_its_line(
    anna: Author, live: Settings, db: Database, repository: Path
) -> None:
    assert slugs(db) == {"clean-claims"}
    anna.commit(
        {
            "content/cpb/broken.md": article_md("Broken", "[x](nowhere.md)\n"),
            "content/cpb/good.md": article_md("Good"),
        }
    )
    refused = anna.push()
    assert refused.returncode != 0
    assert "remote: content/cpb" not in refused.stderr
    assert "remote: cpb/broken.md:6: link-broken" in refused.stderr
    assert "remote: Nothing was published." in refused.stderr
    assert not (live.content / "cpb" / "good.md").exists()
    anna.commit({"content/cpb/broken.md": article_md("Mended")})
    assert anna.push().returncode == 0
    assert slugs(db) == {"clean-claims", "broken", "good"}
    assert anna.git("rm", "--quiet", "content/cpb/good.md").returncode == 0
    anna.commit({})
    assert anna.push().returncode == 0
    assert slugs(db) == {"clean-claims", "broken"}


@pytest.mark.own_database
def test_other_branches_tags_deletions_and_forced_pushes(anna: Author, db: Database) -> None:
    anna.git("tag", "v1")
    other = anna.push("main:refs/heads/idea", "v1")
    assert other.returncode == 0
    assert "Nothing to publish: the site shows the branch main." in other.stderr
    deleted = anna.push(":main")
    assert deleted.returncode != 0
    assert "cannot be deleted" in deleted.stderr
    anna.commit({"content/cpb/second.md": article_md("Second")})
    assert anna.push().returncode == 0
    anna.git("reset", "--quiet", "--hard", "HEAD~1")
    forced = anna.push("--force", "main")
    assert forced.returncode == 0, forced.stderr
    assert slugs(db) == {"clean-claims"}


@pytest.mark.own_database
def test_two_authors_who_push_at_once_leave_one_of_their_sites_and_the_other_is_refused(
    anna: Author, author: Callable[[str], Author], db: Database
) -> None:
    ben = author("ben")
    for name, one in (("anna", anna), ("ben", ben)):
        one.commit({f"content/cpb/{name}.md": article_md(name)})
    pushes = [
        subprocess.Popen(
            ["git", "push", "origin", "main"],
            cwd=one.clone,
            env=one.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for one in (anna, ben)
    ]
    said = [push.communicate()[1] for push in pushes]
    assert sorted(push.returncode == 0 for push in pushes) == [False, True], said
    for one in (anna, ben):  # who was refused takes over what the other wrote
        assert one.git("pull", "--quiet", "--rebase", "origin", "main").returncode == 0
        assert one.push().returncode == 0
    assert slugs(db) == {"clean-claims", "anna", "ben"}


@pytest.mark.own_database
def test_after_acceptance_a_mistake_leaves_the_site_as_it_was_and_the_next_push_mends_it(
    anna: Author, repository: Path, live: Settings, db: Database
) -> None:
    (repository / "hooks" / "pre-receive").rename(repository / "hooks" / "post-receive")
    anna.commit({"content/cpb/broken.md": article_md("Broken", "[x](nowhere.md)\n")})
    pushed = anna.push()
    assert pushed.returncode == 0
    assert "Nothing was published." in pushed.stderr
    assert not (live.content / "cpb" / "broken.md").exists()
    assert slugs(db) == {"clean-claims"}
    anna.commit({"content/cpb/broken.md": article_md("Mended")})
    anna.push()
    assert slugs(db) == {"clean-claims", "broken"}


@pytest.mark.own_database
def test_what_a_killed_hook_left_behind_is_cleared_away(
    anna: Author, repository: Path, live: Settings, db: Database
) -> None:
    (repository / "carrel-index.lock").touch()
    write_files(live.content, {"cpb/left-over.md": article_md("Left over")})
    anna.commit({"content/cpb/second.md": article_md("Second")})
    assert anna.push().returncode == 0
    assert slugs(db) == {"clean-claims", "second"}
