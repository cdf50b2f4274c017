"""Browsers that meet one machine or another, and say what came when it was not what they asked for."""

import re

import requests

from tests.support.buyer import Buyer

MARKUP = re.compile(r"<(style|script|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)


class Visitor(Buyer):
    """A browser that meets one machine or the other. For both it asks under the site's own name."""

    ports: dict[str, int]
    last: requests.Response | None = None

    def get(self, path: str) -> requests.Response:
        """Open a page, and remember what came."""
        self.last = super().get(path)
        return self.last

    def last_answer(self) -> str:
        """When the last page came, from where, with which status and words."""
        if self.last is None:
            return "no page came"
        by = self.last.headers.get("X-Answered-By", "a machine")
        return f"{self.last.headers['Date']} {by} {self.last.status_code} {words_of(self.last.text)[:200]}"

    def go_to(self, machine: str) -> None:
        """The next requests go there."""
        self.url = f"http://127.0.0.1:{self.ports[machine]}"

    def is_answered(self) -> bool:
        """Whether the machine answers at all."""
        try:
            return self.get("/healthz").status_code == 200
        except OSError:
            return False

    def is_signed_in(self) -> bool:
        """Whether the machine knows this browser."""
        return bool(self.get("/me").json()["signed_in"])

    def has_no_ads(self) -> bool:
        """Only the form for pass holders says thanks."""
        return 'id="page-thanks"' in self.get("/").text


def words_of(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(MARKUP.sub(" ", page).split())
