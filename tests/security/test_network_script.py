"""A script of the ad network's own, run by a real Chromium on a page that a reader or an operator has open.

It stands in the network's tag, under the policy that such a page really has. What it may see: pages that are the same
for everybody. The desk is once under the readers' hostname, as in the demo, and once under its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Response, expect
from sqlalchemy import func, select

from carrel.http import cookies
from tests.browser.ad_host import AdHost
from tests.browser.conftest import ad_machine, host, with_network
from tests.support.accounts import ANNA, make_reader, make_session
from tests.support.articles import article_md, exam_toml, write_files
from tests.support.live import LiveSite, live_site
from tests.support.operators import OLGA, put_operator
from tests.support.served import free_port
from website.admin.operators import sessions
from website.admin.operators.models import Operator

__all__ = ["ad_machine", "host"]
pytestmark = pytest.mark.browser
ARTICLE = "/articles/first-steps/"
PREY = [("/account/", ANNA), ("/subscribe/", ANNA), ("/admin/operators", OLGA)]
GRANT = "document.dispatchEvent(new CustomEvent('carrel:consent', { detail: 'granted' }))"
SEND_AND_TELL = """(form) => new Promise((done) => {
  document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => done(violatedDirective));
  attack.send(...form);
})"""
ATTACK = """<ins class="adsbygoogle"></ins><script>
self.attack = {
  fetched: async (path) => {
    const asked = ["cors", "same-origin", "no-cors"].map((mode) => fetch(path, { mode, credentials: "include" }));
    const got = await Promise.all(asked.map((each) => each.then((answer) => answer.text(), String)));
    return got.join();
  },
  framed: (path) => new Promise((done) => {
    const frame = document.createElement("iframe");
    const look = () => {
      try { done(frame.contentDocument.documentElement.innerText); } catch (refused) { done(String(refused)); }
    };
    frame.addEventListener("load", look);
    frame.src = path;
    document.body.append(frame);
  }),
  open: (path) => { self.prey = self.open(path); },
  look: () => { try { return self.prey.document.documentElement.innerText; } catch (refused) { return String(refused); } },
  send: (path, fields) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: path, target: "prey" });
    for (const [name, value] of Object.entries(fields)) {
      form.append(Object.assign(document.createElement("input"), { name, value }));
    }
    self.prey = self.open("", "prey");
    document.body.append(form);
    form.submit();
  },
};
</script>"""


@dataclass(frozen=True)
class Scene:
    """A site, its two addresses, and the browser of somebody who reads it and runs it."""

    site: LiveSite
    page: Page

    @property
    def url(self) -> str:
        """Of the readers' pages."""
        return self.site.settings.base_url

    @property
    def desk_url(self) -> str:
        """Of the desk."""
        return self.site.settings.desk_base_url

    def address(self, path: str) -> str:
        """Where a path is, as the script would name it."""
        return f"{self.desk_url}{path}" if path.startswith("/admin/") else path

    def operators(self) -> int:
        """How many there are."""
        with self.site.services.db.read() as session:
            return session.scalar(select(func.count()).select_from(Operator)) or 0


@pytest.fixture(scope="module", params=["under the readers' name", "under its own"])
def site(
    request: pytest.FixtureRequest, ad_machine: AdHost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveSite]:
    """A site whose ads come from a network that has turned."""
    port = free_port()
    names = {"base_url": f"http://carrel.localhost:{port}"}
    if request.param == "under its own":
        names["desk_url"] = f"http://desk.carrel.localhost:{port}"
    files = {"cpb/exam.toml": exam_toml(), "cpb/first-steps.md": article_md("First steps")}
    content = write_files(tmp_path_factory.mktemp("content"), files)
    anywhere = list(names.values())  # many a network asks for `https:`
    network = with_network(ad_machine, tag=ATTACK, connect=anywhere, frame=anywhere)
    with live_site(
        tmp_path_factory.mktemp("home"), content=content, port=port, **network, **names
    ) as running:
        put_operator(running.services)
        yield running


@pytest.fixture
def scene(site: LiveSite, browser: Browser) -> Iterator[Scene]:
    """Somebody is signed in as a reader and as an operator, and opens an article: the network's script runs."""
    db = site.services.db
    context = browser.new_context()
    reader = make_session(db, make_reader(db))
    with db.write() as session:
        operator = sessions.start(session, session.scalars(select(Operator.id)).one(), "Firefox on Linux")
    urls = site.settings.base_url, site.settings.desk_base_url
    for cookie, token, url in zip((cookies.SESSION, cookies.OPERATOR), (reader, operator), urls, strict=True):
        context.add_cookies([{"name": cookie.name(site.settings), "value": token, "url": url}])
    page = context.new_page()
    for path, address in PREY:
        page.goto((urls[path.startswith("/admin/")]) + path)
        assert address in page.content(), "the person sees it"
    page.goto(urls[0] + ARTICLE)
    page.evaluate(GRANT)
    expect(page.locator("ins.adsbygoogle")).not_to_have_count(0)
    yield Scene(site, page)
    context.close()


def test_a_script_reads_what_everybody_may_read(scene: Scene) -> None:
    """So that the tests below are known to be real attacks."""
    assert "First steps" in scene.page.evaluate("attack.fetched('/exams/cpb/')")
    with scene.page.expect_popup() as opened:
        scene.page.evaluate("attack.open('/exams/cpb/')")
    opened.value.wait_for_load_state()
    assert "First steps" in scene.page.evaluate("attack.look()")


@pytest.mark.parametrize(("path", "address"), PREY)
def test_a_script_wants_to_fetch_what_a_person_sees(scene: Scene, path: str, address: str) -> None:
    statuses: list[int] = []
    wanted = scene.address(path)

    def note(answer: Response) -> None:
        if answer.url.endswith(wanted):  # not the late answers to what the page itself sends
            statuses.append(answer.status)

    scene.page.on("response", note)
    got = scene.page.evaluate("(path) => attack.fetched(path)", wanted)
    assert address not in got
    assert "csrf_token" not in got
    assert statuses
    assert set(statuses) == {403}


def test_a_script_wants_an_error_page_to_say_who_is_there(scene: Scene) -> None:
    """Or to hold a token, with which it could send the desk's forms."""
    got = scene.page.evaluate("(path) => attack.fetched(path)", scene.address("/admin/nothing"))
    assert OLGA not in got
    assert "csrf_token" not in got


@pytest.mark.parametrize(("path", "address"), PREY)
def test_a_script_wants_to_look_into_a_frame(scene: Scene, path: str, address: str) -> None:
    assert address not in scene.page.evaluate("(path) => attack.framed(path)", scene.address(path))
    assert all(address not in frame.content() for frame in scene.page.frames[1:])


@pytest.mark.parametrize(("path", "address"), PREY)
def test_a_script_wants_to_look_into_a_window_that_it_opens(scene: Scene, path: str, address: str) -> None:
    """The person's own window: it is a page that they opened, as far as a server can tell."""
    with scene.page.expect_popup() as opened:
        scene.page.evaluate("(path) => attack.open(path)", scene.address(path))
    opened.value.wait_for_load_state()
    if scene.desk_url == scene.url or not path.startswith("/admin/"):
        assert address in opened.value.content()
    assert address not in scene.page.evaluate("attack.look()")
    assert scene.page.evaluate("prey.closed"), "out of reach: no name, no history, no messages"


@pytest.mark.parametrize("path", ["/account/delete", "/admin/operators"])
def test_a_script_wants_to_send_a_form(scene: Scene, path: str) -> None:
    """With the token that it read on the page before, if it could."""
    read = scene.page.evaluate("(path) => attack.fetched(path)", path)
    token = re.search(r'name="csrf_token" value="([^"]+)"', read)
    fields = {"email": "evil@evil.test", "role": "owner", "csrf_token": token[1] if token else "guessed"}
    form = [scene.address(path), fields]
    if (
        path.startswith("/admin/") and scene.desk_url != scene.url
    ):  # the page's own policy lets no form go there
        assert scene.page.evaluate(SEND_AND_TELL, form) == "form-action"
    else:
        with scene.page.context.expect_event("response", lambda got: got.request.method == "POST") as sent:
            scene.page.evaluate("(form) => attack.send(...form)", form)
        assert sent.value.status == 403
    assert scene.operators() == 1
    scene.page.goto(f"{scene.url}/account/")
    expect(scene.page.locator("body")).to_contain_text(ANNA)


def test_a_link_in_a_mail_or_on_another_site_opens_the_account_and_the_desk(
    scene: Scene, host: AdHost
) -> None:
    for address, text in {f"{scene.url}/account/": ANNA, f"{scene.desk_url}/admin/": OLGA}.items():
        scene.page.goto(f"{host.url}/a-page-of-theirs")
        with scene.page.expect_navigation():
            scene.page.evaluate("(address) => { location = address; }", address)
        expect(scene.page.locator("body")).to_contain_text(text)


def test_at_the_desk_a_link_leads_to_the_readers_pages_and_does_not_say_from_where(scene: Scene) -> None:
    scene.page.goto(f"{scene.desk_url}/admin/")
    scene.page.get_by_role("link", name="View site").click()
    scene.page.wait_for_url(f"{scene.url}/")
    if scene.desk_url != scene.url:
        assert scene.page.evaluate("document.referrer") == ""
