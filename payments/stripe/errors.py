"""Our exceptions for Stripe's answers, and the translation of the library's."""

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from payments.stripe.permissions import missing_permission, without_keys


class StripeUnavailableError(Exception):
    """Stripe did not answer, or answered that it is busy. A later retry helps."""


class StripeServerError(StripeUnavailableError):
    """Stripe answered 5xx. It may have stored that answer: for a day, the same idempotency key gets it again.

    `is_stored`: this is such an answer, the second time.
    """

    def __init__(self, text: str, *, is_stored: bool) -> None:
        self.is_stored = is_stored
        super().__init__(text)


class StripeAccessError(StripeUnavailableError):
    """Stripe refused the key: it is not valid, or a permission is missing. Helps: another key, or the permission.

    `permission` is the missing one, as `Checkout Sessions: Write`; empty when the key is not valid.
    """

    def __init__(self, message: str, permission: str = "") -> None:
        self.permission = permission
        super().__init__(message)


class StripeRefusedError(Exception):
    """Stripe rejected the request. Carries its error code, such as `charge_already_refunded`, parameter and message.

    The message may repeat what was sent, an email address too, so it is no part of the exception's text.
    """

    def __init__(self, code: str, param: str = "", message: str = "") -> None:
        self.code, self.param, self.message = code, param, message
        super().__init__(f"{code} ({param})" if param else code)


class StripeNotFoundError(StripeRefusedError):
    """Stripe has no object with this id."""


@contextmanager
def translated_errors() -> Iterator[None]:
    """Requests of the library, whose errors become ours."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        error_class = StripeNotFoundError if error.code == "resource_missing" else StripeRefusedError
        code = error.code or "invalid_request"
        raise error_class(code, str(error.param or ""), str(error.user_message or "")) from None
    except stripe.IdempotencyError:
        raise StripeRefusedError("idempotency_error") from None
    except stripe.CardError as error:
        raise StripeRefusedError(error.code or "card_error") from None
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise _access_error(error) from None
    except stripe.StripeError as error:
        # no connection, 409 (the same request is running), 429, 5xx
        text = f"{type(error).__name__} {error.http_status or ''}".strip()
        if (error.http_status or 0) < 500:
            raise StripeUnavailableError(text) from None
        is_stored = (error.headers or {}).get("Idempotent-Replayed") == "true"
        raise StripeServerError(text, is_stored=is_stored) from None


def _access_error(error: stripe.StripeError) -> StripeAccessError:
    message = str(error.user_message or "")
    permission = missing_permission(message)
    if permission:
        return StripeAccessError(f"the key lacks the permission {permission}", permission)
    return StripeAccessError(f"Stripe refused the key: {without_keys(message) or error.http_status}")
