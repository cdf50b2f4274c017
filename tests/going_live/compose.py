"""Bring up the compose files as docs/going-live.md says, with Docker: `make compose`, as root, with debootstrap.

Both forms: one machine, then two machines over a PostgreSQL, a Redis and a bucket that are elsewhere. The files are
unchanged; what the document says to edit is written here. Where the images come from: tests/going_live/docker.py.
"""

import contextlib
import tempfile
import time
from functools import partial
from pathlib import Path

import requests

from tests.cluster.people import CODE
from tests.going_live.around import (
    ELSEWHERE,
    MACHINES,
    MAIL_PORT,
    SITE_NAME,
    begin_elsewhere,
    begin_nginx,
    bucket,
    fill_in,
    mail_server,
    prepare,
    run,
    start,
    trust_mail_server,
    use_cluster,
)
from tests.going_live.debian import Debian
from tests.going_live.docker import make_images, running_docker
from tests.going_live.document import DOCUMENT, blocks
from tests.going_live.server import DESK_NAME, NAME
from tests.going_live.trial import URL, know_the_server, speak_tls, until
from tests.support.buyer import Buyer
from tests.support.smtp import FakeMailServer

ARTICLE = "/articles/clean-claims-and-forms/"
PAGES = ("/", "/exams/cpb/", ARTICLE, "/pass/", "/readyz")
GOOD = (
    "database: PostgreSQL reads and writes",
    "worker: running",
    "mail: nothing waits, and the mail server answers",
)
MANY = "compose.cluster.yaml"


def main() -> None:
    """Both forms, and what was done."""
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="going-live-")))
        print("Docker in a Debian 13 ...", flush=True)
        debian = stack.enter_context(running_docker(folder))
        print(debian.run("docker --version; docker compose version"), end="")
        make_images(debian, folder)
        prepare(debian)
        debian.join_network()
        mail = stack.enter_context(mail_server(folder).running())
        start(
            stack,
            debian,
            "socat",
            f"TCP-LISTEN:{MAIL_PORT},bind={ELSEWHERE},fork",
            f"TCP:127.0.0.1:{mail.port}",
        )
        one_machine(debian, mail)
        stack.enter_context(bucket(folder))
        several_machines(stack, debian, mail)
    print(f"Green: {time.monotonic() - began:.0f} s.")


def commands(first: str) -> list[str]:
    """The lines of the document's block of containers that begins so."""
    of_containers = [block for block in blocks(DOCUMENT.read_text("utf-8")) if block.place == "In containers"]
    chosen = next(block.commands for block in of_containers if block.commands.startswith(first))
    return [line for line in chosen.splitlines() if line != "cd deploy/container"]


def one_machine(debian: Debian, mail: FakeMailServer) -> None:
    """The first form, from nothing to a reader who is still signed in after `down` and `up`."""
    for line in commands("cd deploy/container"):
        if line.startswith("editor"):
            fill_in(debian, "database")
        else:
            run(debian, line)
    trust_mail_server(debian, "docker compose")
    know_the_server(debian)
    speak_tls()
    read_pages()
    reader = sign_in(mail, "anna@example.org")
    run(debian, "docker compose exec worker carrel backup --test")
    assert f"https://{DESK_NAME}/admin/set-up/" in run(
        debian, "docker compose exec web carrel operator add you@example.org"
    )
    said = run(debian, "docker compose exec web carrel doctor || [ $? -le 1 ]", shows=60)
    assert [line for line in GOOD if f"OK       {line}" not in said] == []
    assert SITE_NAME in requests.get(URL, timeout=60).text
    assert f"GET {ARTICLE}" in run(debian, "docker compose logs nginx")
    run(debian, "docker compose kill web && docker compose start web", shows=0)
    until(lambda: requests.get(URL + ARTICLE, timeout=60).status_code == 200)
    print("The website was killed and came back, and nginx did not notice.")
    run(debian, "docker compose down && docker compose up -d", shows=0)
    until(lambda: is_there(ARTICLE))
    assert reader.get("/me").json()["signed_in"], "the data did not survive"
    read_pages()
    print("After `down` and `up`, articles are there, and the reader is signed in.")
    run(debian, "docker compose down --volumes", shows=0)


def several_machines(stack: contextlib.ExitStack, debian: Debian, mail: FakeMailServer) -> None:
    """The second form: two machines of one site, one of which then ends."""
    fill_in(debian, ELSEWHERE)
    use_cluster(debian)
    begin_elsewhere(stack, debian)
    line = next(line for line in commands("PRIVATE_ADDRESS") if MANY in line)
    machines = {}
    for machine, address in MACHINES.items():
        machines[machine] = (
            line.replace("10.0.0.11", address).replace("-f", f"-p machine-{machine} -f").partition(" up ")[0]
        )
        run(debian, f"{machines[machine]} up -d --build")
        trust_mail_server(debian, machines[machine])
    begin_nginx(debian)
    until(lambda: is_there("/readyz"))
    run(debian, f"{machines['a']} exec web carrel publish")
    for address in MACHINES.values():
        until(partial(is_there, ARTICLE, f"http://{address}:8000"))
    read_pages()
    print("What A published, B shows, and nginx leads to both.")
    reader = sign_in(mail, "bob@example.org")
    until(
        lambda: (
            "2 at work" in run(debian, f"{machines['b']} exec worker carrel doctor || [ $? -le 1 ]", shows=60)
        )
    )
    run(debian, f"{machines['a']} stop", shows=0)
    read_pages()
    assert reader.get("/me").json()["signed_in"]
    sign_in(mail, "cora@example.org")
    print("A is stopped: B serves, and sends mail.")
    run(debian, f"{machines['a']} down && {machines['a']} up -d", shows=0)
    until(lambda: is_there(ARTICLE, f"http://{MACHINES['a']}:8000"))


def read_pages(*paths: str) -> None:
    """Read through nginx."""
    for path in paths or PAGES:
        answer = requests.get(URL + path, timeout=60)
        print(f"Read {path}: {answer.status_code}, {len(answer.content)} bytes", flush=True)
        assert answer.status_code == 200, path


def is_there(path: str, url: str = URL) -> bool:
    """Whether a page is there."""
    with contextlib.suppress(requests.ConnectionError):
        headers = (
            {} if url == URL else {"Host": NAME, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        )
        return requests.get(url + path, headers=headers, timeout=60).status_code == 200
    return False


def sign_in(mail: FakeMailServer, email: str) -> Buyer:
    """By the code that the worker mails."""
    reader = Buyer(URL)
    assert reader.press("/sign-in/", "/sign-in/", email=email).status_code == 303
    until(lambda: mail.mails_to(email))
    code = CODE.search(mail.mails_to(email)[-1].text())
    assert code
    assert reader.press("/sign-in/code", "/sign-in/code", code=code[1] + code[2]).status_code == 303
    assert reader.get("/me").json()["signed_in"]
    print("Signed in by the code that the worker mailed.", flush=True)
    return reader


if __name__ == "__main__":
    main()
