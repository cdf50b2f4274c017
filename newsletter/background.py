"""What the worker does for the newsletter: name, act, and how often to look (seconds)."""

from newsletter.subscribers import erasing

STEPS = (("forgetting who never confirmed", erasing.purge, erasing.EVERY_SECONDS),)
