"""What an action did, said once on the next page: one mechanism for every action on the admin pages.

The message travels in a signed cookie until a page shows it, so no address can make a page claim something.
"""

import base64
import json

from flask import Flask, Response, g

from carrel.http import cookies
from carrel.http.redirects import see_other
from carrel.services import services
from carrel.tokens import InvalidSignatureError
from website.admin.guard import operator_session

Message = tuple[str, str]  # its kind (good, info, warn, bad) and the sentence
LONGEST = 600  # characters; a cookie holds 4 KB
_SHOWN = "flash_shown"


def init_app(app: Flask) -> None:
    """Let every page show the message that waits for it."""
    app.jinja_env.globals["waiting_messages"] = waiting_messages
    app.after_request(_forget_shown)


def done(path: str, sentence: str, kind: str = "good") -> Response:
    """After an action: go to a page, which says what was done. A sentence, such as `The ad is paused.`"""
    response = see_other(path)
    text = base64.urlsafe_b64encode(json.dumps([kind, sentence[:LONGEST]]).encode()).decode()
    cookies.DESK_MESSAGE.set(response, services().signer.sign(_purpose(), text))
    return response


def waiting_messages() -> list[Message]:
    """The message of the last action, if no page has shown it yet."""
    signed = cookies.DESK_MESSAGE.value()
    if not signed or operator_session() is None:
        return []
    setattr(g, _SHOWN, True)
    try:
        kind, sentence = json.loads(base64.urlsafe_b64decode(services().signer.value_of(_purpose(), signed)))
    except (InvalidSignatureError, ValueError):
        return []
    return [(kind, sentence)]


def _forget_shown(response: Response) -> Response:
    if getattr(g, _SHOWN, False):
        cookies.DESK_MESSAGE.clear(response)
    return response


def _purpose() -> str:
    """A message is for the session whose action it was."""
    current = operator_session()
    return f"desk message {current.id if current else 0}"
