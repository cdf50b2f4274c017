"""What a buyer wishes for a gift: their name, a few words, whom to mail it to, and when.

The recipient's mail is the one place where a visitor's words go out in our name. So they are short and plain, and
nothing in them can become a link: mail programs make one of whatever looks like an address.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carrel import clock
from carrel.mail.addresses import Address, InvalidAddressError, parse

LONGEST_NAME, LONGEST_MESSAGE, MOST_LINES = 60, 300, 8
FARTHEST = timedelta(days=365)
SEND_HOUR = 9  # in the site's time zone: it is that day everywhere in the same country, and nobody's phone rings at night
# A dot before two letters, an @, a scheme: what linkifiers look for. "e.g.", "5.50" and a full stop with a space behind
# it are none of these. Dots of other scripts count in host names too (UTS #46).
_LIKE_A_LINK = re.compile(r"\w[.\u3002\uff0e\uff61](?=\w*[^\W\d]{2})|@|://|www\.|mailto:|tel:", re.IGNORECASE)
_NO_LINKS = "Leave out addresses and links, and put a space after each period."


class InvalidWishesError(ValueError):
    """Something cannot be done as wished. `errors` has a sentence for each field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class GiftWishes:
    """A gift as its buyer wishes it. Without a recipient the buyer hands the code over."""

    giver: str = ""
    message: str = ""
    recipient: Address | None = None
    send_at: datetime | None = None


def read_wishes(giver: str, message: str, email: str, day: str, zone: ZoneInfo) -> GiftWishes:
    """The wishes, from the fields of a form; `day` is an ISO date, empty for at once. Raises `InvalidWishesError`."""
    errors: dict[str, str] = {}
    giver = _words(giver, "giver", errors, LONGEST_NAME, most_lines=1)
    message = _words(message, "message", errors, LONGEST_MESSAGE, most_lines=MOST_LINES)
    recipient = _recipient(email, errors)
    send_at = _send_at(day.strip(), zone, errors)
    if day.strip() and not email.strip():
        errors.setdefault("email", "Enter an address to send it to on that day, or leave the date empty.")
    if errors:
        raise InvalidWishesError(errors)
    return GiftWishes(giver, message, recipient, send_at if recipient else None)


def last_day(zone: ZoneInfo) -> date:
    """The last day that can be chosen."""
    return today(zone) + FARTHEST


def today(zone: ZoneInfo) -> date:
    """The present day, in the site's time zone."""
    return clock.now().astimezone(zone).date()


def _words(typed: str, field: str, errors: dict[str, str], longest: int, *, most_lines: int) -> str:
    """The text with plain letters only, and no more lines than that."""
    text = unicodedata.normalize("NFKC", typed.replace("\r\n", "\n"))
    # No control characters, and none that hide or reverse what follows; an emoji's joiner is not worth that.
    text = "".join(char for char in text if char == "\n" or not unicodedata.category(char).startswith("C"))
    lines = [" ".join(line.split()) for line in text.strip().split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    if len(text) > longest:
        errors[field] = f"Use at most {longest} characters: these are {len(text)}."
    elif text.count("\n") >= most_lines:
        errors[field] = "Use one line." if most_lines == 1 else f"Use at most {most_lines} lines."
    elif _LIKE_A_LINK.search(text):
        errors[field] = _NO_LINKS
    return text


def _recipient(typed: str, errors: dict[str, str]) -> Address | None:
    if not typed.strip():
        return None
    try:
        return parse(typed)
    except InvalidAddressError as error:
        errors["email"] = str(error)
        return None


def _send_at(typed: str, zone: ZoneInfo, errors: dict[str, str]) -> datetime:
    """Nine o'clock on that day, or now if that is past or no day was chosen."""
    now = clock.now()
    if not typed:
        return now
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        errors["day"] = "Write the day as year-month-day, such as 2027-01-31."
        return now
    if not today(zone) <= day <= last_day(zone):
        errors["day"] = "Choose today, or a day within a year from now."
        return now
    return max(now, datetime.combine(day, time(SEND_HOUR), zone).astimezone(UTC))
