"""A small local Stripe over real HTTP, as far as Carrel uses it: for the demo and the tests only.

The product does not know it: it is reached by ``STRIPE_API_BASE``. In a test::

    with FakeStripe.running(webhook_url=f"{site}/webhooks/stripe", webhook_secrets=["whsec_x"]) as fake_stripe:
        fake_stripe.pay(session_id, email="ada@example.com")
        fake_stripe.webhooks.drain()
"""

from website.demo.fake_stripe.buyer import NotPayableError
from website.demo.fake_stripe.errors import ApiError
from website.demo.fake_stripe.fake_stripe import FakeStripe

__all__ = ["ApiError", "FakeStripe", "NotPayableError"]
