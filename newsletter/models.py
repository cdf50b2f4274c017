"""Every table of the newsletter, for migrations."""

from newsletter.feeds.models import PrivateFeed
from newsletter.issues.models import (
    DeliveredArticle,
    Delivery,
    Issue,
    IssueArticle,
    MailVariant,
    ScheduleCursor,
)
from newsletter.subscribers.models import SignUp, SignUpMailCount, Subscriber, Subscription

__all__ = [
    "DeliveredArticle",
    "Delivery",
    "Issue",
    "IssueArticle",
    "MailVariant",
    "PrivateFeed",
    "ScheduleCursor",
    "SignUp",
    "SignUpMailCount",
    "Subscriber",
    "Subscription",
]
