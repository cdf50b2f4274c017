"""What the worker does for payments: name, act, and how often to look (seconds)."""

from payments import refunds, retention
from payments.reconciliation import reconcile
from payments.webhooks import event_handler

STEPS = (
    ("events from Stripe", event_handler.handle_one, 2.0),
    ("refunds", refunds.carry_out_one, 2.0),
    ("reconciliation", reconcile.run, reconcile.EVERY_SECONDS),
    ("old events and orders", retention.throw_away, 3600.0),
)
