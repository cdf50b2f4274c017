"""The mails of this package: those to the operator."""

from carrel.mail.compose import compose
from carrel.mail.message import Content
from carrel.mail.models import Alarm
from carrel.settings import Settings


def alarm(settings: Settings, raised: Alarm) -> Content:
    """Something the operator must know."""
    return compose(settings, "carrel.mail", "alarm", alarm=raised)
