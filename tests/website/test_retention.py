"""What the documents promise is what the code does."""

import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "privacy.md").read_text("utf-8")
PAGE = (ROOT / "articles" / "content" / "pages" / "privacy.md").read_text("utf-8")
ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| (?P<count>\d+) (?P<unit>hours|days) \| `(?P<where>[\w.]+):(?P<name>\w+)` \|$",
    re.M,
)
ROWS = [pytest.param(row, id=row["name"] + " of " + row["where"]) for row in ROW.finditer(DOCS)]
PROMISED = {
    "Sign-in links": "carrel.accounts.retention:LINKS_KEPT",
    "Subscriptions that were never confirmed": "newsletter.subscribers.confirmation:LASTS",
    "Stripe’s messages about payments": "payments.retention:KEEP_FOR",
    "The text of mails we sent you": "carrel.mail.retention:READABLE",
    "A list with your address that was uploaded and not imported": "newsletter.transfer.retention:UNUSED_KEPT",
    "What became of an imported list’s lines, addresses masked": "newsletter.transfer.retention:RESULTS_KEPT",
    "Which newsletters we sent you": "newsletter.roll_up:KEPT",
    "That we sent you a mail": "carrel.mail.retention:KEPT",
    "The address and the words of a gift that was mailed": "payments.gifts.retention:SENT_KEPT",
    "The words of a gift that nobody used": "payments.gifts.retention:UNUSED_KEPT",
    "Words of searches that found nothing": "articles.search.misses:KEPT",
    "Words of a report on a question or card, once it was dealt with": "articles.item_reports:KEPT",
    "Backup copies": "website.backup.backup_store:LONGEST",
}


def span(count: str, unit: str) -> timedelta:
    return timedelta(**{unit: int(count)})


def constant(name: str) -> timedelta:
    module, _, member = name.partition(":")
    value = getattr(import_module(module), member)
    assert isinstance(value, timedelta)
    return value


def test_the_table_was_found() -> None:
    assert len(ROWS) == DOCS.count("` |") == 19


@pytest.mark.parametrize("row", ROWS)
def test_data_21_the_table_of_the_docs_says_what_the_code_does(row: re.Match[str]) -> None:
    assert constant(f"{row['where']}:{row['name']}") == span(row["count"], row["unit"])


@pytest.mark.parametrize("what", PROMISED)
def test_priv_13_the_privacy_page_says_what_the_code_does(what: str) -> None:
    value = re.search(rf"^\| {re.escape(what)} \| (\d+) (hours|days) \|$", PAGE, re.M)
    assert value, what
    assert constant(PROMISED[what]) == span(value[1], value[2])
