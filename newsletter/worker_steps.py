"""What the worker does for the newsletter: name, function, and how often to look (seconds)."""

from newsletter.delivery import retention, sweep
from newsletter.issues import composition, due, freezing
from newsletter.subscribers import erasure

STEPS = (
    ("forgetting who never confirmed", erasure.purge, erasure.EVERY_SECONDS),
    ("forgetting what mail servers said", retention.handle_one, retention.EVERY_SECONDS),
    ("digests that are due", due.handle_one, due.EVERY_SECONDS),
    ("recipients of digests", freezing.handle_one, 1.0),
    ("texts of digests", composition.compose_one, 1.0),
    ("looking after digests", sweep.handle_one, sweep.EVERY_SECONDS),
)
