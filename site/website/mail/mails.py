"""The mails of this package: those to the operator."""

from website.mail.compose import compose
from website.mail.message import Content
from website.mail.models import Alarm
from website.settings import Settings


def alarm(settings: Settings, raised: Alarm) -> Content:
    """Something the operator must know."""
    return compose(settings, "website.mail", "alarm", alarm=raised)
