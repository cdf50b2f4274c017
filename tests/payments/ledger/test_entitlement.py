"""Who has the pass, by the ledger's entries alone."""

import random

import pytest

from payments.ledger.entitlement import (
    DisputeState,
    Entry,
    Given,
    Reason,
    RefundState,
    Verdict,
    Withdrawn,
    entitled,
)

BOUGHT = Given(grant=1, payment=7, paid_cents=499)
GIFT = Given(grant=2)


def refund(cents: int, status: str = "succeeded", name: str = "re_1", seq: int = 1) -> RefundState:
    return RefundState(7, name, seq, cents, status)


def dispute(status: str, cents: int = 499, seq: int = 1) -> DisputeState:
    return DisputeState(7, "du_1", seq, cents, status)


def test_nobody_has_the_pass_without_a_grant() -> None:
    assert entitled([]) == Verdict(False, Reason.NEVER)


@pytest.mark.parametrize(("given", "reason"), [(BOUGHT, Reason.BOUGHT), (GIFT, Reason.GIFT)])
def test_a_grant_is_the_pass(given: Given, reason: Reason) -> None:
    assert entitled([given]) == Verdict(True, reason)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([refund(499)], Reason.REFUNDED),
        ([refund(499, "pending")], Reason.REFUNDED),
        ([refund(499, "requires_action")], Reason.REFUNDED),
        ([refund(200), refund(299, name="re_2")], Reason.REFUNDED),
        ([dispute("needs_response")], Reason.DISPUTED),
        ([dispute("warning_needs_response")], Reason.DISPUTED),
        ([dispute("under_review", cents=200)], Reason.DISPUTED),
        ([dispute("a status of a later year")], Reason.DISPUTED),
        ([dispute("lost", cents=497)], Reason.CHARGED_BACK),
        ([dispute("appeal_under_review")], Reason.CHARGED_BACK),
        ([Withdrawn(1)], Reason.WITHDRAWN),
    ],
)
def test_what_ends_or_suspends_a_bought_pass(entries: list[Entry], reason: Reason) -> None:
    assert entitled([BOUGHT, *entries]) == Verdict(False, reason)


@pytest.mark.parametrize(
    "entries",
    [
        [refund(499, "failed")],
        [refund(499), refund(499, "canceled", seq=2)],
        [dispute("won")],
        [dispute("warning_closed")],
        [dispute("prevented")],
        [dispute("lost"), dispute("won", seq=2)],
        [Withdrawn(9)],
    ],
)
def test_what_leaves_it_standing(entries: list[Entry]) -> None:
    assert entitled([BOUGHT, *entries]) == Verdict(True, Reason.BOUGHT)


def test_pay_21_a_part_refund_keeps_the_pass_and_flags_it() -> None:
    assert entitled([BOUGHT, refund(498)]) == Verdict(True, Reason.BOUGHT, partly_refunded=True)


def test_a_pass_that_cost_nothing_cannot_be_refunded_away() -> None:
    assert entitled([Given(grant=1, payment=7, paid_cents=0)]).ad_free


def test_one_standing_grant_is_enough() -> None:
    assert entitled([BOUGHT, refund(499), GIFT]) == Verdict(True, Reason.GIFT)


def test_what_happened_to_another_payment_does_not_count() -> None:
    assert entitled([BOUGHT, RefundState(8, "re_9", 1, 499, "succeeded")]) == Verdict(True, Reason.BOUGHT)


def test_pay_24_two_thousand_histories_end_alike_in_any_order_and_repeated() -> None:
    chance = random.Random(24)
    for _ in range(2_500):
        entries = a_history(chance)
        end = entitled(entries)
        shuffled = entries + chance.choices(entries, k=chance.randint(0, 6))
        chance.shuffle(shuffled)
        assert entitled(shuffled) == end, entries


def a_history(chance: random.Random) -> list[Entry]:
    """Up to three grants, with refunds and disputes in up to four states each."""
    entries: list[Entry] = []
    for grant in range(1, chance.randint(1, 3) + 1):
        entries.append(Given(grant, grant * 10, 499) if chance.random() < 0.8 else Given(grant))
        if chance.random() < 0.1:
            entries.append(Withdrawn(grant))
        for number in range(chance.randint(0, 3)):
            cents = chance.choice([100, 250, 499])
            for seq in range(1, chance.randint(1, 4) + 1):
                status = chance.choice(["pending", "succeeded", "failed", "canceled"])
                entries.append(RefundState(grant * 10, f"re_{grant}{number}", seq, cents, status))
        for seq in range(1, chance.randint(0, 4) + 1):
            status = chance.choice(["needs_response", "under_review", "won", "lost", "warning_closed"])
            entries.append(DisputeState(grant * 10, f"du_{grant}", seq, 499, status))
    return entries
