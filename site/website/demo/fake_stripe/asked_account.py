"""Which account a request is about: all of them share one app, whose routes are compiled once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from website.demo.fake_stripe.fake_stripe import FakeStripe

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_KEY = "carrel.fake_stripe"


def ask(environ: WSGIEnvironment, fake_stripe: FakeStripe) -> None:
    """Let a request be about this account."""
    environ[_KEY] = fake_stripe


def asked() -> FakeStripe:
    """The account that the current request is about."""
    fake_stripe: FakeStripe = request.environ[_KEY]
    return fake_stripe
