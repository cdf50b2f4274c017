"""People before a running site: each in a private window, at a network address of their own."""

from dataclasses import dataclass, field
from random import randint

import requests

from tests.support.payments import CSRF

PATIENCE_SECONDS = 300.0


@dataclass
class Buyer:
    """Somebody in a private window, at a network address of their own."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        address = f"10.{randint(0, 255)}.{randint(0, 255)}.{randint(1, 254)}"
        self.session.headers.update({"Origin": self.url, "X-Forwarded-For": address})

    def get(self, path: str) -> requests.Response:
        """Open a page, without following where it leads."""
        return self.session.get(self.url + path, allow_redirects=False, timeout=PATIENCE_SECONDS)

    def press(self, page: str, action: str, **fields: str) -> requests.Response:
        """Send the form of a page."""
        token = CSRF.search(self.get(page).text)
        assert token, f"no form on {page}"
        form = {"csrf_token": token[1], **fields}
        return self.session.post(
            self.url + action, data=form, allow_redirects=False, timeout=PATIENCE_SECONDS
        )

    def order(self, next_: str = "/articles/x/") -> str:
        """Press the button of the offer; the id of the Checkout Session that it leads to."""
        answer = self.press(f"/pass/?next={next_}", "/pass/checkout", next=next_)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"].rpartition("/")[2]

    def return_from(self, session_id: str) -> requests.Response:
        """The page that Stripe sends the buyer to."""
        return self.get(f"/pass/thanks?session={session_id}")
