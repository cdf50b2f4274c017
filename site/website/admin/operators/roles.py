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
    LIBRARY = "library"  # what is published of articles, and their states
    DRAFTS = "drafts"  # what readers do not see yet, and links by which others see it
    ADS = "ads"
    DIGESTS = "digests"
    PEOPLE = "people"  # readers, subscribers, suppressions
    MONEY = "money"
    ACCOUNTS = "accounts"  # the whole account at Stripe, whatever else it is used for
    HEALTH = "health"  # whether the site is well
    OPERATORS = "operators"  # other operators, and the log of what all of them did


MAY: Final[dict[Role, frozenset[Need]]] = {
    Role.OWNER: frozenset(Need),
    Role.EDITOR: frozenset({Need.LOOK, Need.LIBRARY, Need.DRAFTS, Need.ADS, Need.DIGESTS, Need.HEALTH}),
    Role.SUPPORT: frozenset({Need.LOOK, Need.LIBRARY, Need.PEOPLE, Need.MONEY}),
}
DESCRIPTIONS: Final = {
    Role.OWNER: "Owner: everything, including other operators",
    Role.EDITOR: "Editor: articles, ads, and digests; no people or money",
    Role.SUPPORT: "Support: readers, subscribers, and payments; no ads or digests",
}


def may(role: str, need: Need) -> bool:
    """Whether somebody in this role may."""
    return need in MAY[Role(role)]
