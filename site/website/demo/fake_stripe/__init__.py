"""A small local Stripe over real HTTP, as far as Carrel uses it: for the demo and the tests only.

The product does not know it: it is reached by ``STRIPE_API_BASE``. In a test::

    with Standin.running(webhook_url=f"{site}/webhooks/stripe", webhook_secrets=["whsec_x"]) as standin:
        standin.pay(session_id, email="ada@example.com")
        standin.webhooks.drain()
"""

from website.demo.fake_stripe.buyer import NotPayable
from website.demo.fake_stripe.errors import ApiError
from website.demo.fake_stripe.fake_stripe import Standin

__all__ = ["ApiError", "NotPayable", "Standin"]
