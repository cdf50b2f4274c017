"""What each role may do. Whatever is not written here is refused."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """Owner runs everything; editor the library, ads and digests; support the people and their money."""

    OWNER = "owner"
    EDITOR = "editor"
    SUPPORT = "support"


class Need(StrEnum):
    """What a page asks of the role that opens it."""

    LOOK = "look"  # the first page, alarms, one's own account
    LIBRARY = "library"  # articles
    ADS = "ads"
    DIGESTS = "digests"
    PEOPLE = "people"  # readers, subscribers, suppressions
    MONEY = "money"
    ACCOUNTS = "accounts"  # the whole account at Stripe, whatever else it is used for
    HEALTH = "health"  # whether the site is well
    OPERATORS = "operators"  # other operators, and the log of what all of them did


MAY: Final[dict[Role, frozenset[Need]]] = {
    Role.OWNER: frozenset(Need),
    Role.EDITOR: frozenset({Need.LOOK, Need.LIBRARY, Need.ADS, Need.DIGESTS, Need.HEALTH}),
    Role.SUPPORT: frozenset({Need.LOOK, Need.LIBRARY, Need.PEOPLE, Need.MONEY}),
}
DESCRIPTIONS: Final = {
    Role.OWNER: "Everything, other operators too",
    Role.EDITOR: "Articles, ads and digests; no people, no money",
    Role.SUPPORT: "Readers, subscribers and payments; no ads, no digests",
}


def may(role: str, need: Need) -> bool:
    """Whether somebody in this role may."""
    return need in MAY[Role(role)]
