"""How many mails to an address somebody may make us send (AUTH-13, ADR 14).

Browsers that signed in with the address before have limits of their own, which no stranger can use up. All others
share a cap for each address, so that nobody is bombed with mail, and the site's ceiling; half of that is kept for
networks that ask for little.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from carrel.accounts import limits
from carrel.accounts.limits import Limit, hours, minutes
from carrel.ip_prefix import ip_key, network_key
from carrel.mail.addresses import Address

PER_KNOWN_BROWSER = (Limit(3, minutes(10)), Limit(10, hours(24)))
PER_ADDRESS_AND_NETWORK = (Limit(3, minutes(10)), Limit(6, hours(24)))
PER_ADDRESS = (Limit(6, hours(1)), Limit(20, hours(24)))
PER_READER = Limit(5, hours(24))
PER_IP = Limit(40, hours(1))  # a class behind one address
PER_NETWORK = Limit(60, hours(1))
PER_SITE = Limit(100, minutes(10))


@dataclass(frozen=True)
class Requester:
    """Who asks for a mail: the IP, and the browser if it has signed in with the address before.

    `asked_before` is the secret that the browser got when it last asked.
    """

    ip: str | None
    known_browser: str = ""
    asked_before: str = ""


def count_mail(session: Session, address: Address, requester: Requester) -> None:
    """Count a mail that somebody who is not signed in makes us send. Raises `TooManyRequestsError`."""
    if requester.known_browser:
        key = f"{requester.known_browser} {address.key}"
        limits.check(session, "mail-known-browser", key, *PER_KNOWN_BROWSER)
        return
    network = network_key(requester.ip)
    limits.check(session, "mail-address", address.key, *PER_ADDRESS)
    limits.check(session, "mail-address-network", f"{network} {address.key}", *PER_ADDRESS_AND_NETWORK)
    limits.check(session, "mail-ip", ip_key(requester.ip), PER_IP)
    limits.check(session, "mail-network", network, PER_NETWORK)
    limits.check_site(session, "mail", network, PER_SITE)


def count_mail_of_reader(session: Session, reader_id: int, address: Address) -> None:
    """Count a mail that a reader makes us send to another address than theirs. Raises `TooManyRequestsError`."""
    limits.check(session, "mail-new-address", address.key, *PER_ADDRESS)
    limits.check(session, "mail-reader", str(reader_id), PER_READER)
