"""What the worker does for the newsletter: name, act, and how often to look (seconds)."""

from newsletter.delivery import forgetting
from newsletter.subscribers import erasing

STEPS = (
    ("forgetting who never confirmed", erasing.purge, erasing.EVERY_SECONDS),
    ("forgetting what mail servers said", forgetting.handle_one, forgetting.EVERY_SECONDS),
)
