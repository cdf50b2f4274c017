"""A reader with two open payment pages: the only way left to pay twice."""

from flask.testing import FlaskClient

from tests.support.payments import Shop

EXPIRE = "POST /v1/checkout/sessions/*/expire"


def order_in_two_tabs(shop: Shop, browser: FlaskClient) -> list[str]:
    """Order on two pages, while Stripe does not let us close the first session; the ids of both."""
    first = shop.order(browser, "/a/")
    shop.stripe.api.fail(503, times=None, path=EXPIRE)
    second = shop.order(browser, "/b/")
    shop.stripe.api.reset()
    return [first, second]
