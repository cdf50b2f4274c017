"""Which column of an export means what: by the names that services give them, else by what is in it.

Names come from the services' own exporters and documentation: Mailchimp (audience export: one file each for
subscribed, unsubscribed and cleaned members), Ghost (`id,email,…,subscribed_to_emails,…,tiers`), Substack (`email_list`, and
the list of its dashboard),
Buttondown (`type` as in its API), MailPoet (`Export.php`), listmonk (`cmd/subscribers.go`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from carrel.mail.addresses import InvalidAddressError, parse
from newsletter.transfer.statuses import is_status
from newsletter.transfer.text_file import InvalidFileError, Row

LOOKED_AT = 200  # rows, to tell columns apart whose name alone does not


class Field(StrEnum):
    """What a column can tell about a subscriber."""

    EMAIL = "email"
    STATUS = "status"
    LIST_STATUS = "list status"  # of one list among several: somebody may have left that one alone
    MAILED = "mailed"  # yes or no: gets mail
    NOT_MAILED = "not mailed"  # yes or no: gets none
    CONSENTED = "consented"  # when they agreed
    LEFT = "left"  # when they left
    BOUNCED = "bounced"  # when the service gave their address up
    PACE = "pace"
    EXAMS = "exams"
    PAUSED = "paused"
    SOURCE = "source"


# In lower case, letters and digits alone. Of several columns for one field, the earlier name here counts first.
NAMES: dict[Field, tuple[str, ...]] = {
    Field.EMAIL: (
        "email",
        "emailaddress",
        "subscriberemail",
        "mail",
        "mailaddress",
        "emailadresse",
        "adresseemail",
    ),
    Field.STATUS: (
        "globalstatus",
        "status",
        "subscribertype",
        "subscriptionstatus",
        "emailstatus",
        "subscriberstatus",
        "state",
        "type",
    ),
    Field.LIST_STATUS: ("liststatus",),
    Field.MAILED: ("subscribedtoemails", "subscribed", "acceptsemailmarketing", "acceptsmarketing"),
    Field.NOT_MAILED: ("emaildisabled", "unsubscribed", "optedout"),
    Field.CONSENTED: (
        "consentedat",
        "consented",
        "confirmtime",
        "confirmedat",
        "confirmed",
        "optintime",
        "subscribedat",
        "subscribedon",
        "datesubscribed",
        "subscriptiondate",
        "creationdate",
        "createdat",
        "created",
        "dateadded",
        "signupdate",
    ),
    Field.LEFT: ("unsubtime", "unsubscribedat", "unsubscriptiondate", "leftat", "left", "deletedat"),
    Field.BOUNCED: ("cleantime", "bouncedat", "undeliverabilitydate", "undeliverabledate"),
    Field.PACE: ("pace", "howoften", "frequency"),
    Field.EXAMS: ("exams", "exam"),
    Field.PAUSED: ("paused", "pauseduntil"),
    Field.SOURCE: ("source",),
}
SERVICES: tuple[tuple[str, frozenset[str]], ...] = (  # by names that no other export has together
    ("Mailchimp", frozenset({"memberrating", "leid", "euid"})),
    ("Ghost", frozenset({"subscribedtoemails", "complimentaryplan"})),
    ("Substack", frozenset({"activesubscription", "expiry"})),
    ("Substack", frozenset({"startdate", "emailsreceived6mo"})),  # of the list that its dashboard shows
    ("MailPoet", frozenset({"globalstatus"})),
    ("listmonk", frozenset({"uuid", "attributes", "status"})),
    ("Buttondown", frozenset({"creationdate", "tags"})),
)
# What a name means in the export of one service, and in no other list: a start date may be anything's.
OF_SERVICE = {("Substack", Field.CONSENTED): ("startdate",)}
# "state" may be California, "type" a kind of customer. What is called a status is one, though we may not know its words:
# they may say "left" in another language.
UNCLEAR = {"state", "type", "subscribertype"}


@dataclass(frozen=True)
class Columns:
    """Which cells hold what, by field; the service whose export it is, or an empty text; whether there are names.

    `unused` are the names of the others, in a list of no service that we know: one may say what we do not understand.
    """

    count: int
    places: dict[Field, tuple[int, ...]]
    service: str
    named: bool
    unused: tuple[str, ...] = ()

    def cells(self, row: Sequence[str], field: Field) -> list[str]:
        """What a row says about a field, the column that counts first in front; without empty cells."""
        places = self.places.get(field, ())
        return [cell for cell in (row[place].strip() for place in places) if cell] if places else []


def bare_address(cell: str) -> str:
    """The address of a cell such as `Anna <anna@example.org>`."""
    return cell.rpartition("<")[2].strip().removesuffix(">").removeprefix("mailto:")


def known_names(names: Sequence[str]) -> int:
    """How many of these are names of columns that we know."""
    known = {name for names_of_field in NAMES.values() for name in names_of_field}
    return sum(_plain(name) in known for name in names)


def read_columns(file_name: str, names: Sequence[str], rows: Iterable[Row]) -> Columns:
    """What the columns mean. Raises `InvalidFileError` when none holds addresses."""
    some = [cells for _line, cells in rows]
    if any(_is_address(name) for name in names):  # no names: the first row is a subscriber already
        place = next(place for place, name in enumerate(names) if _is_address(name))
        return Columns(len(names), {Field.EMAIL: (place,)}, "", named=False)
    plain = [_plain(name) for name in names]
    service = next((name for name, marks in SERVICES if marks <= set(plain)), "")
    places = {
        field: _places(plain, (*NAMES[field], *OF_SERVICE.get((service, field), ()))) for field in Field
    }
    places[Field.STATUS] = tuple(
        place for place in places[Field.STATUS] if plain[place] not in UNCLEAR or _has_statuses(some, place)
    )
    if not places[Field.EMAIL]:
        places[Field.EMAIL] = tuple(_by_content(some, len(names)))
    if len(places[Field.EMAIL]) == 0:
        raise InvalidFileError(
            f"{file_name} has no column of email addresses. Name it email; the first line says: "
            f"{', '.join(names)[:200]}."
        )
    used = {place for of_field in places.values() for place in of_field}
    unused = [name.strip() for place, name in enumerate(names) if place not in used and name.strip()]
    return Columns(len(names), places, service, named=True, unused=() if service else tuple(unused))


def _places(plain: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    return tuple(place for name in names for place, column in enumerate(plain) if column == name)


def _by_content(rows: Sequence[Sequence[str]], count: int) -> list[int]:
    """The column that holds addresses, if it is one alone."""
    places = [place for place in range(count) if _mostly_addresses(rows, place)]
    return places if len(places) == 1 else []


def _mostly_addresses(rows: Sequence[Sequence[str]], place: int) -> bool:
    cells = [row[place] for row in rows if len(row) > place and row[place].strip()]
    return bool(cells) and sum(map(_is_address, cells)) * 2 > len(cells)


def _has_statuses(rows: Sequence[Sequence[str]], place: int) -> bool:
    cells = [row[place].strip() for row in rows if len(row) > place]
    return any(is_status(cell) for cell in cells) or not any(cells)


def _is_address(cell: str) -> bool:
    try:
        parse(bare_address(cell))
    except InvalidAddressError:
        return False
    return True


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
