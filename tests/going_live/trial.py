"""People before the live site: a visit, a purchase, a backup, an upgrade and a rollback under load."""

import html
import itertools
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable

import pytest
import requests

from tests.deploy import releases
from tests.deploy.readers import Readers
from tests.going_live.debian import CommandError, Debian
from tests.going_live.document import Block
from tests.going_live.server import DESK_NAME, NAME, REPOSITORY, SITE_NAME, Server, only_this_server
from tests.support.buyer import Buyer

URL, DESK_URL = f"https://{NAME}", f"https://{DESK_NAME}"
PATIENCE_SECONDS = 120


BROKEN = "---\ntitle: Broken\nsummary: It has no end.\n---\n\n# Broken\n\n[nowhere](missing-article.md)\n"


def know_the_server(debian: Debian) -> None:
    """From now on this process, with the fake Stripe in it, finds the server by its name and trusts its certificate."""
    certificate = debian.folder / f"etc/letsencrypt/live/{NAME}/fullchain.pem"
    os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(certificate)
    only_this_server()


def speak_tls() -> None:
    """Reach nginx over IPv4 and IPv6, with HTTP/2 and TLS 1.2 and 1.3."""
    for address in ("127.0.0.1", "::1"):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context()
            context.minimum_version = context.maximum_version = version
            context.set_alpn_protocols(["h2"])
            with context.wrap_socket(
                socket.create_connection((address, 443)), server_hostname=NAME
            ) as secure:
                assert secure.selected_alpn_protocol() == "h2"
                print(f"Read over {address}: {secure.version()}, {secure.cipher()}, HTTP/2")


def visit(server: Server) -> None:
    """Read through nginx."""
    speak_tls()
    plain = requests.get(f"http://{NAME}/", timeout=60, allow_redirects=False)
    assert (plain.status_code, plain.headers["Location"]) == (308, f"{URL}/")
    for path in ("/", "/exams/example/", "/readyz", "/articles/how-an-article-works/"):
        answer = requests.get(URL + path, timeout=60)
        print(f"Read {path}: {answer.status_code}, {len(answer.content)} bytes")
        assert answer.status_code == 200, path
    assert SITE_NAME in html.unescape(requests.get(URL, timeout=60).text)


def open_the_desk(server: Server) -> None:
    """By the link of a new operator: under the desk's name, and under no other."""
    said = server.run("carrel operator add edda@example.org --role editor")
    link = re.search(rf"{DESK_URL}(/admin/set-up/\S+)", said)
    assert link, said
    for url, status in {
        link[0]: 200,
        f"{URL}{link[1]}": 404,
        f"{DESK_URL}/articles/how-an-article-works/": 404,
    }.items():
        assert requests.get(url, timeout=60).status_code == status, url
    assert requests.get(DESK_URL, timeout=60).url.startswith(f"{DESK_URL}/admin/sign-in")
    print(f"The desk is at {DESK_NAME}, and nowhere else.")


def push_a_mistake(server: Server) -> None:
    """A push with a mistake is refused with its line; the library stays, and the author takes it back."""
    (server.home / "my-site/content/example/broken.md").write_text(BROKEN, "utf-8")
    with pytest.raises(CommandError, match=r"(?s)broken\.md:\d+: .*remote rejected"):
        server.at_home("git add --all && git commit --quiet --message=Broken && git push live main")
    assert requests.get(f"{URL}/articles/broken/", timeout=60).status_code == 404
    server.at_home("git reset --quiet --hard live/main")
    server.run("carrel publish")  # on the server, too, lies what is good
    print("A push with a mistake was refused, with its line.")


def buy(server: Server, email: str) -> None:
    """Buy the pass at the fake Stripe: no more ads, and a mail."""
    buyer = Buyer(URL)
    session_id = buyer.order()
    server.stripe.pay(session_id, email=email)
    buyer.return_from(session_id)
    until(lambda: 'id="page-thanks"' in buyer.get("/").text)
    until(lambda: server.mail.mails_to(email))
    mail = server.mail.mails_to(email)[0]
    print(f"Bought the pass; mailed by the worker: {mail.message['Subject']}")


def back_up(server: Server) -> None:
    """Make a backup and test it."""
    print(f"Backed up: {server.run('carrel backup --test').strip()}")


def upgrade_and_roll_back(server: Server, new_release: list[Block]) -> None:
    """Every template, static file and one migration change in the next release; readers go on reading."""
    upgrade, rollback = new_release
    old_sheet = sheet()
    publish_next_release(server)
    numbers = itertools.count()
    asked = ("/", "/?of={}", "/articles/how-an-article-works/", "/subscribe/", "/account/", old_sheet)

    def ask() -> int:
        number = next(numbers)
        return requests.get(URL + asked[number % len(asked)].format(number), timeout=60).status_code

    with Readers(ask) as readers:
        for block, changed in ((upgrade, True), (rollback, False)):
            readers.read_more(20)
            assert ("carrel-web.service has changed: copy it" in server.follow(block)) is changed
            readers.read_more(60)
            assert (sheet() != old_sheet) is changed, "the other release does not serve"
        server.run("systemctl reload carrel-web")
        readers.read_more(30)
    assert readers.wrong == []
    print(f"Read {readers.served} pages meanwhile, none failed.")


def publish_next_release(server: Server) -> None:
    """Change everything in a clone, and push it to where the server pulls from."""
    clone = releases.Server(server.folder / "next", server.folder / "unused", server.folder)
    repository = server.debian.folder / REPOSITORY
    subprocess.run(["git", "clone", "--quiet", repository, clone.source], check=True)
    with (clone.source / "deploy/systemd/carrel-web.service").open("a", encoding="utf-8") as unit:
        unit.write("# The next release's.\n")
    releases.change_everything(clone)
    subprocess.run(
        ["git", "-C", clone.source, "push", "--quiet", "--follow-tags", "origin", "HEAD:main", "v2"],
        check=True,
    )


def verify_units(server: Server) -> None:
    """Let this Debian's systemd read the units."""
    server.debian.install("systemd")
    said = server.run(
        "systemd-analyze verify --man=no /etc/systemd/system/carrel-*.service /etc/systemd/system/*.socket"
    )
    print(f"systemd-analyze verify: {said.strip() or 'nothing wrong'}")


def sheet() -> str:
    """The path of the style sheet."""
    found = re.search(
        r'"(/static/css/site\.[0-9a-f]{12}\.css)"', requests.get(f"{URL}/account/", timeout=60).text
    )
    assert found
    return found[1]


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up, "it never came"
        time.sleep(0.2)
