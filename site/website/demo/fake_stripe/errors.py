"""Stripe's errors: an HTTP status and ``{"error": {...}}`` (docs.stripe.com/api/errors)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """An error response of the API, with Stripe's ``code`` and ``param``."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param

    def body(self) -> Json:
        """The response's JSON, without empty fields."""
        fields = {
            "code": self.code,
            "message": self.message,
            "param": self.param,
            "type": self.kind,
        }
        return {"error": {name: value for name, value in fields.items() if value is not None}}


def parameter_missing(param: str) -> ApiError:
    """A required parameter is missing."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def parameter_unknown(params: list[str]) -> ApiError:
    """The request has parameters that this method does not know."""
    word = "parameter" if len(params) == 1 else "parameters"
    return ApiError(
        f"Received unknown {word}: {', '.join(params)}", code="parameter_unknown", param=params[0]
    )


def resource_missing(kind: str, object_id: str, param: str, status: int = 404) -> ApiError:
    """No object has this id: 404 if the id is in the path, 400 if it is a parameter."""
    return ApiError(f"No such {kind}: '{object_id}'", status=status, code="resource_missing", param=param)


def unauthorized(message: str) -> ApiError:
    """The API key is missing or wrong."""
    return ApiError(message, status=401)
