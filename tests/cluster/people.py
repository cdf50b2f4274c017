"""Those who visit the two machines: they buy, sign in, and read, each their own page and nobody else's."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from tests.cluster.site import ClusterSite
from tests.cluster.visitor import Visitor
from tests.faults.site import until

CODE = re.compile(r"\b(\d{4}) (\d{4})\b")


def buy(cluster: ClusterSite, visitor: Visitor, name: str) -> str:
    """From the button to the paid session; its id."""
    session_id = visitor.order("/")
    cluster.stripe.pay(session_id, email=f"{name}@example.org")
    until(lambda: cluster.ad_free(session_id))
    return session_id


def sign_in(cluster: ClusterSite, visitor: Visitor, email: str, *, over: str) -> None:
    """Ask for the code where the visitor is, and enter it on another machine."""
    assert visitor.press("/sign-in/", "/sign-in/", email=email).status_code == 303
    until(lambda: cluster.mail.mails_to(email))
    code = CODE.search(cluster.mail.mails_to(email)[-1].text())
    assert code
    visitor.go_to(over)
    assert visitor.press("/sign-in/code", "/sign-in/code", code=code[1] + code[2]).status_code == 303


@contextmanager
def people_reading(cluster: ClusterSite) -> Iterator[list[str]]:
    """A guest, a reader and a pass holder, who read by nginx all the time; what went wrong for one of them."""
    guest, reader, holder = (cluster.buyer_at("a") for _ in range(3))
    sign_in(cluster, reader, "reads@example.org", over="b")
    buy(cluster, holder, "holds")
    until(holder.has_no_ads)
    wrong: list[str] = []
    over = Event()

    def read(who: str, visitor: Visitor, is_own: Callable[[str], bool]) -> None:
        visitor.url = cluster.url
        while not over.wait(0.05):
            page = visitor.get("/")
            if page.status_code != 200 or not is_own(page.text):
                wrong.append(f"{who}: {visitor.last_answer()}")

    thanks = 'id="page-thanks"'
    threads = [
        Thread(target=read, args=("guest", guest, lambda text: thanks not in text and "/sign-in/" in text)),
        Thread(target=read, args=("reader", reader, lambda text: thanks not in text and "/account/" in text)),
        Thread(target=read, args=("holder", holder, lambda text: thanks in text)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
