"""Buyers at a running site, each with their own cookies and IP address."""

from dataclasses import dataclass, field
from random import randint

import requests

from tests.support.payments import CSRF

PATIENCE_SECONDS = 300.0


@dataclass
class Buyer:
    """A buyer with their own cookies and IP address."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        ip = f"10.{randint(0, 255)}.{randint(0, 255)}.{randint(1, 254)}"
        self.session.headers.update({"Origin": self.url, "X-Forwarded-For": ip})

    def get(self, path: str) -> requests.Response:
        """Open a page, without following a redirect."""
        return self.session.get(self.url + path, allow_redirects=False, timeout=PATIENCE_SECONDS)

    def press(self, page: str, action: str, **fields: str) -> requests.Response:
        """Submit the form of a page."""
        token = CSRF.search((shown := self.get(page)).text)
        assert token, f"no form on {page}: {shown.status_code} {shown.text[:300]}"
        form = {"csrf_token": token[1], **fields}
        return self.session.post(
            self.url + action, data=form, allow_redirects=False, timeout=PATIENCE_SECONDS
        )

    def order(self, next_: str = "/articles/x/") -> str:
        """Press the offer's button; the id of the Checkout Session."""
        response = self.press(f"/pass/?next={next_}", "/pass/checkout", next=next_)
        assert response.status_code == 303, response.text
        return response.headers["Location"].rpartition("/")[2]

    def return_from(self, session_id: str) -> requests.Response:
        """The page to which Checkout returns the buyer."""
        return self.get(f"/pass/thanks?session={session_id}")
