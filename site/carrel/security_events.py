"""Security events: who did what, from where, with which outcome (ASVS 16.2.1, ASVS 16.3).

Each one of a request is a line of the log. Those that somebody signed in caused, or that changed something, are
entries of the audit table as well (`carrel.audit`): strangers cannot fill the database. Both carry the request's id.
The whole IP address is in the web server's log alone.
"""

from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

log = structlog.get_logger()
NOBODY = "anonymous"


class Outcome(StrEnum):
    """What became of it."""

    SUCCESS = "success"
    FAILURE = "failure"


class Category(StrEnum):
    """What kind of security event, in the words of ASVS 16.3."""

    AUTHENTICATION = "authentication"
    AUTHORIZATION = "authorization"
    BYPASS = "attempt to bypass a security control"
    CHANGE = "change"


class Event(StrEnum):
    """The events that are not actions on the admin pages. `docs/monitoring.md` explains each."""

    LINK_REQUESTED = "reader.link_requested"
    READER_SIGN_IN = "reader.sign_in"
    READER_WRONG_CODE = "reader.wrong_code"
    READER_LINK_REFUSED = "reader.link_refused"
    SUBSCRIBER_LINK_REFUSED = "subscriber.link_refused"
    READER_SIGN_OUT = "reader.sign_out"
    READER_EXPORT = "reader.own_export"
    ADDRESS_CHANGE_REQUESTED = "reader.address_requested"
    OPERATOR_SIGN_IN_REFUSED = "operator.sign_in_refused"
    OPERATOR_CONFIRMED = "operator.confirmed"
    SETUP_LINK_REFUSED = "operator.set_up_refused"
    ROLE_REFUSED = "operator.role_refused"
    ACCESS_REFUSED = "request.access_refused"
    FORM_REFUSED = "request.form_refused"
    USE_REFUSED = "request.use_refused"
    HOST_REFUSED = "request.host_refused"
    LIMIT_REACHED = "request.limit_reached"
    SIGNATURE_REFUSED = "request.signature_refused"


AUTHENTICATION = frozenset(
    {
        Event.LINK_REQUESTED,
        Event.READER_SIGN_IN,
        Event.READER_WRONG_CODE,
        Event.READER_LINK_REFUSED,
        Event.SUBSCRIBER_LINK_REFUSED,
        Event.READER_SIGN_OUT,
        Event.OPERATOR_SIGN_IN_REFUSED,
        Event.OPERATOR_CONFIRMED,
        Event.SETUP_LINK_REFUSED,
        "operator.sign_in",
        "operator.sign_out",
        "operator.wrong_code",
        "operator.wrong_passkey",
        "operator.wrong_password",
    }
)


@dataclass(frozen=True)
class Source:
    """From where a request comes: its id, the network of its visitor, and who that is once it is known."""

    request_id: str = ""
    network: str = ""
    actor: str = NOBODY


NOWHERE = Source()
_source: ContextVar[Source] = ContextVar("security_event_source", default=NOWHERE)


def begin_request(request_id: str, network: str) -> None:
    """From here on, events are this request's."""
    _source.set(Source(request_id, network))


def end_request() -> None:
    """From here on, they are nobody's again."""
    _source.set(NOWHERE)


def identify(actor: str) -> None:
    """Name who sent this request: `operator:` or `reader:` and a number, never an address."""
    _source.set(replace(_source.get(), actor=actor))


def source() -> Source:
    """From where the request of this moment comes. Empty in the worker and in commands."""
    return _source.get()


def log_event(event: str, outcome: Outcome, *, actor: str = "", **details: str | int) -> None:
    """Write the event into the log. `details` hold no secret and no address; the log strikes out what looks like one."""
    origin = source()
    write = log.info if outcome is Outcome.SUCCESS else log.warning
    write(
        "security event",
        action=str(event),
        category=str(category_of(event)),
        outcome=str(outcome),
        actor=actor or origin.actor,
        network=origin.network,
        **details,
    )


def category_of(event: str) -> Category:
    """The kind of an event; acts that have no entry here are changes."""
    if event in AUTHENTICATION:
        return Category.AUTHENTICATION
    if event in {Event.ROLE_REFUSED, Event.ACCESS_REFUSED}:
        return Category.AUTHORIZATION
    return Category.BYPASS if event.startswith("request.") else Category.CHANGE
