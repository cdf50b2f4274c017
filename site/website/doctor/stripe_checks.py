"""Checks of Stripe with the site's own key: what it may do, the webhook, refunds that wait."""

from carrel.findings import Finding, Level, error, ok, worst
from payments import silence
from payments.setup import checks
from payments.stripe.account import StripeAccount
from payments.stripe.client import stripe_for
from website.doctor.check_context import CheckContext

KEY, REFUNDS = "Stripe key", "refunds"


def stripe_key(site: CheckContext) -> Finding:
    """Does Stripe let this site do what it must? The same looks as those of `carrel stripe check`, which only read."""
    if not site.settings.sells or not site.ask_outside:
        return ok(KEY, "not asked" if site.settings.sells else "payments are off")
    account = StripeAccount(stripe_for(site.settings))
    found = checks.check_key(account)
    if len(found) > 1:
        found += checks.check_account(account, site.settings)
    amiss = [finding for finding in found if finding.level is not Level.OK]
    if not amiss:
        return ok(KEY, "valid, with every permission that the site needs")
    return _as_one(amiss)


def refunds(site: CheckContext) -> Finding:
    """Does the money that readers were promised go back?"""
    if not site.settings.sells:
        return ok(REFUNDS, "payments are off")
    with site.db.read() as session:
        late = silence.late_refunds(session)
    if not late:
        return ok(REFUNDS, "none waiting")
    reference, why = late[0]
    fix = "Run: carrel stripe check. It shows whether the key may refund."
    return error(
        REFUNDS, f"{len(late)} have waited for more than an hour: {reference} ({why or 'not tried yet'})", fix
    )


def _as_one(amiss: list[Finding]) -> Finding:
    return Finding(
        KEY,
        worst(amiss),
        "; ".join(f"{finding.check}: {finding.message}" for finding in amiss),
        " ".join(finding.fix for finding in amiss),
    )
