"""Every table of the newsletter, for migrations."""

from newsletter.feeds.models import PrivateFeed
from newsletter.subscribers.models import Asked, SignUp, Subscriber, Subscription

__all__ = ["Asked", "PrivateFeed", "SignUp", "Subscriber", "Subscription"]
