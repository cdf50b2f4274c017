"""Who has the pass, derived from ledger entries alone."""

import random

import pytest

from payments.ledger.entitlement import (
    DisputeEntry,
    Entitlement,
    EntitlementReason,
    GrantEntry,
    LedgerEntry,
    RefundEntry,
    RevocationEntry,
    charged_back_cents,
    derive_entitlement,
)

BOUGHT = GrantEntry(grant=1, payment=7, paid_cents=499)
GIFT = GrantEntry(grant=2)
PAID_GIFT = GrantEntry(grant=3, payment=7, paid_cents=499, is_gift=True)


def refund(cents: int, status: str = "succeeded", name: str = "re_1", seq: int = 1) -> RefundEntry:
    return RefundEntry(7, name, seq, cents, status)


def dispute(status: str, cents: int = 499, seq: int = 1) -> DisputeEntry:
    return DisputeEntry(7, "du_1", seq, cents, status)


def test_nobody_has_the_pass_without_a_grant() -> None:
    assert derive_entitlement([]) == Entitlement(False, EntitlementReason.NEVER)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (BOUGHT, EntitlementReason.BOUGHT),
        (GIFT, EntitlementReason.GIFT),
        (PAID_GIFT, EntitlementReason.GIFT),
    ],
)
def test_a_grant_is_the_pass(given: GrantEntry, reason: EntitlementReason) -> None:
    assert derive_entitlement([given]) == Entitlement(True, reason)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([refund(499)], EntitlementReason.REFUNDED),
        ([refund(499, "pending")], EntitlementReason.REFUNDED),
        ([refund(499, "requires_action")], EntitlementReason.REFUNDED),
        ([refund(200), refund(299, name="re_2")], EntitlementReason.REFUNDED),
        ([dispute("needs_response")], EntitlementReason.DISPUTED),
        ([dispute("warning_needs_response")], EntitlementReason.DISPUTED),
        ([dispute("under_review", cents=200)], EntitlementReason.DISPUTED),
        ([dispute("a status of a later year")], EntitlementReason.DISPUTED),
        ([dispute("lost", cents=497)], EntitlementReason.CHARGED_BACK),
        ([dispute("appeal_under_review")], EntitlementReason.CHARGED_BACK),
        ([RevocationEntry(1)], EntitlementReason.REVOKED),
    ],
)
def test_what_ends_or_suspends_a_bought_pass(entries: list[LedgerEntry], reason: EntitlementReason) -> None:
    assert derive_entitlement([BOUGHT, *entries]) == Entitlement(False, reason)


@pytest.mark.parametrize(
    "entries",
    [
        [refund(499, "failed")],
        [refund(499), refund(499, "canceled", seq=2)],
        [dispute("won")],
        [dispute("warning_closed")],
        [dispute("prevented")],
        [dispute("lost"), dispute("won", seq=2)],
        [RevocationEntry(9)],
    ],
)
def test_what_leaves_it_standing(entries: list[LedgerEntry]) -> None:
    assert derive_entitlement([BOUGHT, *entries]) == Entitlement(True, EntitlementReason.BOUGHT)


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (refund(499), EntitlementReason.REFUNDED),
        (dispute("needs_response"), EntitlementReason.DISPUTED),
        (dispute("lost"), EntitlementReason.CHARGED_BACK),
        (RevocationEntry(3), EntitlementReason.REVOKED),
    ],
)
def test_a_gift_that_was_paid_for_ends_as_a_pass_of_ones_own_does(
    ended: LedgerEntry, reason: EntitlementReason
) -> None:
    assert derive_entitlement([PAID_GIFT, ended]) == Entitlement(False, reason)


def test_pay_21_a_partial_refund_keeps_the_pass() -> None:
    assert derive_entitlement([BOUGHT, refund(498)]) == Entitlement(True, EntitlementReason.BOUGHT)


def test_a_pass_that_cost_nothing_cannot_be_refunded_away() -> None:
    assert derive_entitlement([GrantEntry(grant=1, payment=7, paid_cents=0)]).ad_free


def test_one_standing_grant_is_enough() -> None:
    assert derive_entitlement([BOUGHT, refund(499), GIFT]) == Entitlement(True, EntitlementReason.GIFT)


def test_what_happened_to_another_payment_does_not_count() -> None:
    assert derive_entitlement([BOUGHT, RefundEntry(8, "re_9", 1, 499, "succeeded")]) == Entitlement(
        True, EntitlementReason.BOUGHT
    )


def test_pay_24_two_thousand_histories_end_alike_in_any_order_and_repeated() -> None:
    chance = random.Random(24)
    for _ in range(2_500):
        entries = a_history(chance)
        end = derive_entitlement(entries)
        shuffled = entries + chance.choices(entries, k=chance.randint(0, 6))
        chance.shuffle(shuffled)
        assert derive_entitlement(shuffled) == end, entries


def a_history(chance: random.Random) -> list[LedgerEntry]:
    """Up to three grants, with refunds and disputes in up to four states each."""
    entries: list[LedgerEntry] = []
    for grant in range(1, chance.randint(1, 3) + 1):
        paid = GrantEntry(grant, grant * 10, 499, is_gift=chance.random() < 0.3)
        entries.append(paid if chance.random() < 0.8 else GrantEntry(grant))
        if chance.random() < 0.1:
            entries.append(RevocationEntry(grant))
        for number in range(chance.randint(0, 3)):
            cents = chance.choice([100, 250, 499])
            for seq in range(1, chance.randint(1, 4) + 1):
                status = chance.choice(["pending", "succeeded", "failed", "canceled"])
                entries.append(RefundEntry(grant * 10, f"re_{grant}{number}", seq, cents, status))
        for seq in range(1, chance.randint(0, 4) + 1):
            status = chance.choice(["needs_response", "under_review", "won", "lost", "warning_closed"])
            entries.append(DisputeEntry(grant * 10, f"du_{grant}", seq, 499, status))
    return entries


@pytest.mark.parametrize(
    ("entries", "cents"),
    [
        ([], 0),
        ([dispute("warning_needs_response")], 0),
        ([dispute("warning_needs_response"), dispute("needs_response", seq=2)], 499),
        ([dispute("under_review", 200)], 200),
        ([dispute("needs_response"), dispute("lost", seq=2)], 499),
        ([dispute("needs_response"), dispute("won", seq=2)], 0),
        ([dispute("prevented")], 0),
        ([dispute("lost"), DisputeEntry(8, "du_2", 1, 499, "lost")], 499),
    ],
)
def test_a_bank_has_taken_back_what_is_disputed_until_it_is_won(
    entries: list[LedgerEntry], cents: int
) -> None:
    assert charged_back_cents(7, entries) == cents
