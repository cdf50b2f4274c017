"""Every table of the newsletter, for migrations."""

from newsletter.bounces.models import Bounce
from newsletter.feeds.models import PrivateFeed
from newsletter.issues.models import (
    DeliveredArticle,
    Delivery,
    DeliveryTotal,
    Issue,
    IssueArticle,
    MailVariant,
    ScheduleCursor,
)
from newsletter.subscribers.models import SignUp, SignUpMailCount, Subscriber, Subscription
from newsletter.transfer.models import SubscriberImport, SubscriberImportBatch
from newsletter.writing.models import IssueText

__all__ = [
    "Bounce",
    "DeliveredArticle",
    "Delivery",
    "DeliveryTotal",
    "Issue",
    "IssueArticle",
    "IssueText",
    "MailVariant",
    "PrivateFeed",
    "ScheduleCursor",
    "SignUp",
    "SignUpMailCount",
    "Subscriber",
    "SubscriberImport",
    "SubscriberImportBatch",
    "Subscription",
]
