"""The metadata we attach to Checkout Sessions and their payments, to recognize them as ours."""

from typing import Final

ORDER_KEY: Final = "order"  # our order's reference
SITE_KEY: Final = "site"  # the site's id: several sites may share a Stripe account
