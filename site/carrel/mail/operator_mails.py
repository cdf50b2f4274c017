"""The mails of this package: those to the operator."""

from carrel.dates import moment_in_words
from carrel.mail.compose import compose
from carrel.mail.message import Content
from carrel.mail.models import Alarm
from carrel.settings import Settings


def alarm(settings: Settings, raised: Alarm) -> Content:
    """Something the operator must know."""
    since = moment_in_words(settings, raised.first_at)
    return compose(settings, "carrel.mail", "alarm", alarm=raised, since=since)
