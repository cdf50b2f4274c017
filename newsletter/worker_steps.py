"""What the worker does for the newsletter: name, act, and how often to look (seconds)."""

from newsletter.delivery import retention
from newsletter.subscribers import erasure

STEPS = (
    ("forgetting who never confirmed", erasure.purge, erasure.EVERY_SECONDS),
    ("forgetting what mail servers said", retention.handle_one, retention.EVERY_SECONDS),
)
