"""A small local Stripe over real HTTP, with as much of the API as Carrel uses: for the demo and tests only.

The product does not import it: ``STRIPE_API_BASE`` points to it. In a test::

    with running_fake_stripe(webhook_url=f"{site}/webhooks/stripe", webhook_secrets=["whsec_x"]) as fake_stripe:
        fake_stripe.pay(session_id, email="ada@example.com")
        fake_stripe.webhooks.drain()
"""

from website.demo.fake_stripe.buyer import NotPayableError
from website.demo.fake_stripe.errors import ApiError
from website.demo.fake_stripe.events import thin_event
from website.demo.fake_stripe.fake_stripe import FakeStripe
from website.demo.fake_stripe.fees import Fees
from website.demo.fake_stripe.server import running_fake_stripe

__all__ = ["ApiError", "FakeStripe", "Fees", "NotPayableError", "running_fake_stripe", "thin_event"]
