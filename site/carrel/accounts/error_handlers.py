"""Refusals of this package as responses: sign in, confirm again, or wait."""

import math
from urllib.parse import quote

from flask import Flask, Response

from carrel import security_events
from carrel.accounts.current_reader import ReauthenticationRequiredError, SignInRequiredError
from carrel.accounts.limits import TooManyRequestsError
from carrel.http import errors
from carrel.http.redirects import see_other
from carrel.mail.alarms import raise_alarm
from carrel.security_events import Event, Outcome
from carrel.services import services


def init_app(app: Flask) -> None:
    """Register a handler for each refusal."""
    app.register_error_handler(SignInRequiredError, sign_in_required)
    app.register_error_handler(ReauthenticationRequiredError, reauthentication_required)
    app.register_error_handler(TooManyRequestsError, too_many_requests)


def sign_in_required(failure: SignInRequiredError) -> Response:
    """To the sign-in page, and back afterwards."""
    return see_other(f"/sign-in/?next={quote(failure.next_path)}")


def reauthentication_required(failure: ReauthenticationRequiredError) -> Response:
    """To the page that mails another link to the account's own address."""
    return see_other(f"/sign-in/again?next={quote(failure.next_path)}")


def too_many_requests(failure: TooManyRequestsError) -> Response:
    """429, and when to come back. A limit of the whole site raises an alarm."""
    security_events.log_event(Event.LIMIT_REACHED, Outcome.FAILURE, limit=failure.name)
    if failure.is_ceiling:
        with services().db.write() as session:
            text = (
                f"The limit {failure.name!r} of the whole site was reached; requests are refused for a while."
            )
            raise_alarm(session, f"limit:{failure.name}", "A limit of the whole site was reached", text)
    advice = f"Wait {_how_long(failure.retry_after)}, then try again. Nothing has been lost."
    response = errors.error_response(429, errors.ErrorPage("Too many attempts", advice))
    response.headers["Retry-After"] = str(failure.retry_after)
    return response


def _how_long(seconds: int) -> str:
    for size, word in ((3600, "hours"), (60, "minutes")):
        if seconds > size:
            return f"{math.ceil(seconds / size)} {word}"
    return "a minute"
