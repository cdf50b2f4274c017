"""What the worker does for the newsletter: name, function, and how often to look (seconds)."""

from newsletter import roll_up
from newsletter.bounces import retention as bounce_retention
from newsletter.delivery import retention, sweep
from newsletter.issues import composition, due, freezing
from newsletter.subscribers import erasure
from newsletter.transfer import import_step
from newsletter.transfer import retention as import_retention

STEPS = (
    ("forgetting who never confirmed", erasure.run_step, erasure.EVERY_SECONDS),
    ("forgetting what mail servers said", retention.run_step, retention.EVERY_SECONDS),
    ("rolling up deliveries", roll_up.run_step, roll_up.EVERY_SECONDS),
    ("forgetting bounces", bounce_retention.run_step, bounce_retention.EVERY_SECONDS),
    ("imports of subscribers", import_step.run_step, 1.0),
    ("forgetting the lines of imports", import_retention.run_step, import_retention.EVERY_SECONDS),
    ("digests that are due", due.run_step, due.EVERY_SECONDS),
    ("recipients of digests", freezing.run_step, 1.0),
    ("texts of digests", composition.run_step, 1.0),
    ("looking after digests", sweep.run_step, sweep.EVERY_SECONDS),
)
