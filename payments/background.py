"""What the worker does for payments: name, act, and how often to look (seconds)."""

from payments import handling, reconcile, refunds, upkeep

STEPS = (
    ("events from Stripe", handling.handle_one, 2.0),
    ("refunds", refunds.carry_out_one, 2.0),
    ("reconciliation", reconcile.run, reconcile.EVERY_SECONDS),
    ("old events and orders", upkeep.throw_away, 3600.0),
)
