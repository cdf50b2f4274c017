"""Is the key good, may the account take payments, does the webhook fit? For setup, check and doctor: only reading."""

from collections.abc import Callable, Iterator

from carrel.findings import Finding, error, ok, warning
from carrel.settings import Settings
from payments.setup.webhook_checks import webhook
from payments.stripe.account import StripeAccount
from payments.stripe.errors import StripeAccessError, StripeUnavailableError
from payments.stripe.permissions import ACCOUNT, TAX, WEBHOOKS, Permission, new_key_url
from payments.stripe.schemas import StripeResponseError

KEYS_PAGE = "Stripe's dashboard → API keys"


def check_key(account: StripeAccount) -> list[Finding]:
    """Whether Stripe knows the key, and what it may do. One error alone: nothing else can be asked."""
    try:
        missing = [needed for needed, ask in account.permission_probes() if not _may(account, ask)]
    except StripeAccessError as refused:
        return [
            error(
                "key", str(refused), f"Make a new one ({KEYS_PAGE}), then run: carrel stripe setup --new-key"
            )
        ]
    except StripeUnavailableError as away:
        return [error("key", f"Stripe cannot be reached: {away}", "Check the network, and try again.")]
    mode = "live" if account.api.is_live else "test"
    known = ok("key", f"it is valid, in {mode} mode")
    return [known, _permissions(missing, test=not account.api.is_live)]


def check_account(account: StripeAccount, settings: Settings) -> Iterator[Finding]:
    """Account, webhook and tax. A key may lack the permissions for them: then somebody looks in the dashboard."""
    looks: list[tuple[str, Permission, Callable[[], Finding]]] = [
        ("account", ACCOUNT, lambda: _account(account)),
        ("webhook", WEBHOOKS, lambda: webhook(account, settings)),
    ]
    if settings.pass_tax:
        looks.append(("tax", TAX, lambda: _tax(account)))
    for check, permission, look in looks:
        try:
            yield look()
        except StripeAccessError:
            yield ok(check, f"not checked: the key lacks {permission}")
        except (StripeUnavailableError, StripeResponseError) as failed:
            yield warning(check, f"it could not be checked: {failed}", "Try again.")


def _may(account: StripeAccount, ask: Callable[[], object]) -> bool:
    """Whether the key has the permission. Raises `StripeAccessError` when it is not valid at all."""
    try:
        account.probe(ask)
    except StripeAccessError as refused:
        if refused.permission:
            return False
        raise
    return True


def _permissions(missing: list[Permission], *, test: bool) -> Finding:
    if not missing:
        return ok("permissions", "the key has every permission that the site needs")
    lacking = ", ".join(f"{permission} ({permission.use})" for permission in missing)
    return error(
        "permissions",
        f"the key lacks {lacking}",
        f"Edit the key in {KEYS_PAGE}, or make one with all of them: {new_key_url(test=test)}",
    )


def _account(account: StripeAccount) -> Finding:
    if account.account().charges_enabled:
        return ok("account", "it can accept payments")
    fix = "Finish setting it up in Stripe's dashboard; until then, only sandboxes work."
    message = "Stripe does not let this account accept payments yet"
    return (error if account.api.is_live else warning)("account", message, fix)


def _tax(account: StripeAccount) -> Finding:
    settings = account.tax_settings()
    if settings.status == "active":
        return ok("tax", "Stripe Tax is on; Tax → Registrations shows where it collects")
    pending = settings.status_details.pending
    lacking = ", ".join((pending and pending.missing_fields) or ())
    return error(
        "tax",
        f"PASS_TAX is set, but Stripe Tax is {settings.status}"
        + (f": it lacks {lacking}" if lacking else ""),
        "Finish Tax → Settings in Stripe's dashboard, or remove PASS_TAX. Until then, nobody can buy.",
    )
