"""Line items of a session, with the price and product that ``price_data`` creates."""

from __future__ import annotations

from decimal import Decimal

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import ApiError, Json, parameter_missing, resource_missing
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.money import check_currency


def create_line_items(account: AccountState, params: Json) -> list[Json]:
    """The line items of a new session. Raises ApiError for what Stripe rejects."""
    items = [
        _create_line_item(account, sent, f"line_items[{place}]")
        for place, sent in enumerate(params["line_items"])
    ]
    if len({item["currency"] for item in items}) > 1:
        raise ApiError("All line items must have the same currency.", param="line_items")
    return items


def set_price(item: Json, unit_amount: int, quantity: int, currency: str) -> None:
    """Set the price, quantity, and amounts of a line item."""
    total = unit_amount * quantity
    item |= {"amount_subtotal": total, "amount_total": total}
    item |= {"currency": currency, "quantity": quantity}
    item["price"] |= {
        "currency": currency,
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def _create_line_item(account: AccountState, sent: Json, path: str) -> Json:
    if "price" in sent:
        raise resource_missing("price", sent["price"], f"{path}[price]", status=400)
    if "price_data" not in sent:
        raise parameter_missing(f"{path}[price_data]")
    if "quantity" not in sent:
        raise parameter_missing(f"{path}[quantity]")
    if sent["quantity"] < 1:
        raise ApiError("This value must be greater than or equal to 1.", param=f"{path}[quantity]")
    item = default_object("item") | {"id": new_id("li"), "metadata": sent.get("metadata", {})}
    product = _create_product(account, sent["price_data"], f"{path}[price_data]")
    item["description"] = product["name"]
    item["price"] = default_object("price") | {"id": new_id("price"), "created": account.now()}
    item["price"]["product"] = product["id"]
    currency = check_currency(sent["price_data"]["currency"], f"{path}[price_data][currency]")
    set_price(item, _unit_amount(sent["price_data"], path), sent["quantity"], currency)
    return item


def _create_product(account: AccountState, price_data: Json, path: str) -> Json:
    if "recurring" in price_data:
        raise ApiError("You cannot use recurring prices in payment mode.", param=path)
    if "product" in price_data:
        return account.find("product", price_data["product"], f"{path}[product]", status=400)
    if "product_data" not in price_data:
        raise parameter_missing(f"{path}[product]")
    described = {k: v for k, v in price_data["product_data"].items() if k != "tax_details"}
    made = {"id": new_id("prod"), "created": account.now(), "updated": account.now()}
    return account.store.save(default_object("product") | described | made)


def _unit_amount(price_data: Json, path: str) -> int:
    sent = price_data.get("unit_amount", price_data.get("unit_amount_decimal"))
    if sent is None:
        raise parameter_missing(f"{path}[price_data][unit_amount]")
    if sent < 0 or Decimal(sent) != int(sent):
        raise ApiError(
            f"Invalid non-negative integer: {sent}",
            code="parameter_invalid_integer",
            param=f"{path}[price_data][unit_amount]",
        )
    return int(sent)
