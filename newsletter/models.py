"""Every table of the newsletter, for migrations."""

from newsletter.feeds.models import PrivateFeed
from newsletter.issues.models import (
    DeliveredArticle,
    Delivery,
    Issue,
    IssueArticle,
    Rendering,
    ScheduleCursor,
)
from newsletter.subscribers.models import Asked, SignUp, Subscriber, Subscription

__all__ = [
    "Asked",
    "DeliveredArticle",
    "Delivery",
    "Issue",
    "IssueArticle",
    "PrivateFeed",
    "Rendering",
    "ScheduleCursor",
    "SignUp",
    "Subscriber",
    "Subscription",
]
