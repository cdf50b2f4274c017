"""What a cache before the site keeps for everybody, and what a packer betrays."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.caches import nginx as nginxes
from tests.caches.served_site import CacheSite
from tests.caches.wire import DESK_NAME, NAME, Front
from tests.support.served import running, wait_for

WITH_A_TOKEN = [
    (NAME, "/sign-in/?next=/account/"),
    (DESK_NAME, "/admin/sign-in?next=/admin/ads/"),
    (NAME, "/pass/?next=/about/"),
]
_numbers = itertools.count()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/feed.xml", "application/rss+xml"), ("/topics/medicare/atom.xml", "application/atom+xml")],
)
def test_an_attacker_wants_a_feed_kept_under_another_type_for_everybody(
    nginx: Front, path: str, media_type: str
) -> None:
    fresh = f"{path}?of={next(_numbers)}"
    in_a_browser = nginx.get(fresh, Sec_Fetch_Dest="document")
    by_a_reader = [nginx.get(fresh), nginx.get(fresh, Sec_Fetch_Dest="empty")]
    assert in_a_browser.headers["content-type"].startswith("application/xml")
    assert {each.headers["content-type"].partition(";")[0] for each in by_a_reader} == {media_type}
    assert by_a_reader[1].kept, "one copy for all who are no browser"


def test_an_attacker_wants_one_copy_of_a_page_for_each_header_he_thinks_of(nginx: Front) -> None:
    fresh = f"/about/?of={next(_numbers)}"
    first = nginx.get(fresh)
    others = [nginx.get(fresh, Sec_Fetch_Dest=sent) for sent in ("document", "iframe", "x" * 50)]
    assert not first.kept
    assert all(each.kept for each in others)


def test_an_attacker_wants_a_token_packed_together_with_words_of_his(
    cache_site: CacheSite, tmp_path: Path
) -> None:
    """Debian's own nginx.conf turns gzip on; what is guessed right beside a token makes a page shorter (BREACH)."""
    config, _, secure = nginxes.configure(tmp_path, cache_site.port)
    config.write_text(config.read_text("utf-8").replace("http {", "http {\n    gzip on;", 1), "utf-8")
    command = (nginxes.program() or "nginx", "-c", str(config), "-p", str(tmp_path))
    front = Front("nginx", secure, tmp_path / "fullchain.pem")
    with running(*command, log=tmp_path / "out.log") as process:
        wait_for(lambda: front.get("/healthz").status == 200, process, tmp_path / "out.log")
        pages = [replace(front, host=host).get(path) for host, path in WITH_A_TOKEN]
        sheet = re.search(r'"(/static/css/site\.[0-9a-f]+\.css)"', pages[0].text)
        assert sheet
        assert front.get(sheet[1]).headers["content-encoding"] == "gzip"
    for page in pages:
        assert "csrf_token" in page.text
        assert "content-encoding" not in page.headers
