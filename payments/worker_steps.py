"""The worker's steps for payments: name, function, and interval in seconds."""

from payments import refunds, retention, silence
from payments.balance import listing
from payments.gifts import sending
from payments.reconciliation import fraud_warnings, reconcile
from payments.webhooks import event_handler

STEPS = (
    ("Stripe events", event_handler.handle_next_event, 2.0),
    ("refunds", refunds.send_next_to_stripe, 2.0),
    ("gifts", sending.send_next, 2.0),
    ("reconciliation", reconcile.run_reconciliation, reconcile.EVERY_SECONDS),
    ("silence of Stripe", silence.run_step, silence.EVERY_SECONDS),
    ("early fraud warnings", fraud_warnings.run_step, reconcile.EVERY_SECONDS),
    ("balance transactions", listing.run_step, listing.LOOK_EVERY_SECONDS),
    ("old events and orders", retention.run_step, 3600.0),
)
