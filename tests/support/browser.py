"""A browser as far as forms go: it opens pages, fills in what a person would, and sends what the page holds."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse


@dataclass
class Form:
    """One form of a page: where it goes, and what it holds before anybody typed."""

    action: str
    fields: dict[str, str]


def forms_of(page: TestResponse) -> list[Form]:
    """Every form that posts, in the order of the page."""
    document: Any = html.fromstring(page.text)
    return [
        Form(each.action or "", dict(each.form_values())) for each in document.forms if each.method == "POST"
    ]


class Browser:
    """One browser with its own cookies."""

    def __init__(
        self, app: Flask, agent: str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", ip: str = "192.0.2.1"
    ) -> None:
        self.client: FlaskClient = app.test_client()
        self._with: dict[str, Any] = {"headers": {"User-Agent": agent}, "environ_base": {"REMOTE_ADDR": ip}}

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page, and follow where it leads on this site."""
        return self.client.get(path, follow_redirects=True, **(self._with | more))

    def head(self, path: str) -> TestResponse:
        """Ask for the headers alone, as scanners do."""
        return self.client.head(path, **self._with)

    def send(
        self, page: TestResponse, number: int = 0, *, follow: bool = True, **fields: Any
    ) -> TestResponse:
        """Send one of a page's forms, with what a person typed."""
        form = forms_of(page)[number]
        return self.post(form.action or page.request.path, form.fields | fields, follow=follow)

    def post(self, path: str, fields: dict[str, Any], *, follow: bool = True, **more: Any) -> TestResponse:
        """Post these fields; follow on by GET, or as browsers do after a 307 by sending the same again."""
        with_ = self._with | more
        answer = self.client.post(path, data=fields, **with_)
        if not follow or not answer.location:
            return answer
        if answer.status_code == HTTPStatus.TEMPORARY_REDIRECT:
            return self.post(answer.location, fields, **more)
        return self.client.get(answer.location, follow_redirects=True, **with_)

    def cookie(self, name: str) -> str | None:
        """What the browser holds under this name."""
        found = self.client.get_cookie(name, domain="carrel.test")
        return found.value if found else None
