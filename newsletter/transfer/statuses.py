"""How a subscriber stands at the service that they come from."""

from enum import IntEnum
from functools import lru_cache


class Status(IntEnum):
    """The higher one counts when a file names an address twice: who refused once is not mailed."""

    PENDING = 1  # never confirmed there
    LEFT_LIST = 2  # left one list; another line may say that they get a second one
    SUBSCRIBED = 3
    LEFT = 4
    BOUNCED = 5
    COMPLAINED = 6


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In lower case, without spaces, dashes and underscores.
WORDS: dict[Status, frozenset[str]] = {
    Status.SUBSCRIBED: _words(
        "subscribed active confirmed enabled regular premium free paid comped complimentary trialed trialing gifted gift "
        "unpaid churning churned pastdue"
    ),
    Status.PENDING: _words(
        "pending unconfirmed unactivated notconfirmed nonsubscribed notsubscribed neversubscribed transactional"
    ),
    Status.LEFT: _words(
        "unsubscribed left removed disabled archived deleted optedout cancelled canceled blocklisted blacklisted blocked "
        "banned suppressed"
    ),
    Status.BOUNCED: _words("bounced cleaned bouncing hardbounced undeliverable invalid"),
    Status.COMPLAINED: _words("complained complaint complaints spam spammy markedasspam reportedspam"),
}
# What other programs call so is not mailed there: MailPoet means that nothing was opened for long, Buttondown that
# nothing is paid at the moment.
WORDS_OF_SERVICES = {
    ("MailPoet", "inactive"): Status.SUBSCRIBED,
    ("Buttondown", "paused"): Status.SUBSCRIBED,
    **dict.fromkeys(
        [("Substack", "author"), ("Substack", "founding"), ("Substack", "comp")], Status.SUBSCRIBED
    ),
}
YES, NO = frozenset({"true", "yes", "1", "t", "y"}), frozenset({"false", "no", "0", "f", "n"})
# How files are named that hold one kind of people: those of Mailchimp, which has a file for each, and everybody's.
MAILCHIMP_FILES = {"cleaned": Status.BOUNCED, "archived": Status.LEFT, "nonsubscribed": Status.PENDING}
FILES = {"unsubscribe": Status.LEFT}


@lru_cache(maxsize=1024)  # a file has few words, each of them often
def status_of(word: str, service: str = "") -> Status | None:
    """The status that a word of a service's export means, if we know it."""
    plain = _plain(word)
    known = next((status for status, words in WORDS.items() if plain in words), None)
    return known or WORDS_OF_SERVICES.get((service, plain))


def is_status(word: str) -> bool:
    """Whether the word is a status."""
    return status_of(word) is not None


def yes_or_no(word: str) -> bool | None:
    """What a truth value of an export means, if it is one."""
    plain = word.lower()
    return True if plain in YES else False if plain in NO else None


def status_of_file(name: str, service: str) -> Status:
    """The status of everybody in a file, as its name tells: `unsubscribed_members_export_1a2b.csv`."""
    files = FILES | (MAILCHIMP_FILES if service == "Mailchimp" else {})
    plain = _plain(name)
    return next((status for start, status in files.items() if plain.startswith(start)), Status.SUBSCRIBED)


def _plain(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())
