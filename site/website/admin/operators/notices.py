"""Mails that tell an operator of a change to what signs them in (ASVS 6.3.7).

They hold no link, so that nobody learns to follow one, and nothing that somebody typed (MAIL-13).
"""

import secrets
from enum import Enum

from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import outbox
from carrel.settings import Settings
from website.admin.operators.models import Operator, OperatorSession


class Change(Enum):
    """What became of an operator's access, as the mail says it."""

    PASSWORD = "Your password was changed"
    PASSKEY_ADDED = "A passkey was added"
    PASSKEY_REMOVED = "A passkey was removed"
    RECOVERY_CODES = "Your recovery codes were replaced"
    RESET = "Your access was reset"


def queue(session: Session, settings: Settings, operator: Operator, change: Change, by: str) -> None:
    """Tell the operator, in the transaction of the change. `by`: who did it, or in which browser."""
    from carrel.dates import moment_in_words  # here, as most commands mail nothing
    from carrel.mail.compose import compose

    mail = compose(
        settings,
        "website.admin",
        "operator_notice",
        what=change.value,
        was_reset=change is Change.RESET,
        by=by,
        at=moment_in_words(settings, clock.now()),
    )
    outbox.queue(session, key=f"operator_notice:{secrets.token_hex(16)}", to=operator.email, mail=mail)


def browser_of(here: OperatorSession) -> str:
    """`Firefox on Linux, network 192.0.2.0/24`."""
    return f"{here.browser or 'A browser'}, network {here.network or 'unknown'}"
