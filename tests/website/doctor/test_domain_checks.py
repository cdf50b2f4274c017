"""What DNS says of the domain that mails come from, asked of a name server on this machine."""

import socketserver
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from carrel import clock
from carrel.db import Database
from carrel.findings import Level
from carrel.settings import Settings
from website.doctor.check_context import CheckContext
from website.doctor.domain_checks import mail_domain

SPF = '"v=spf1 include:" "mail.example -all"'
DMARC = '"v=DMARC1; p=quarantine; rua=mailto:a@carrel.test"'
Zone = dict[str, list[str]]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    """TXT records by name; a name without any does not exist."""
    records: Zone = {}

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, socket = self.request
            question = dns.message.from_wire(data)
            answer = dns.message.make_response(question)
            name = question.question[0].name.to_text().rstrip(".")
            if texts := records.get(name):
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *texts))
            else:
                answer.set_rcode(dns.rcode.SERVFAIL if name in records else dns.rcode.NXDOMAIN)
            socket.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        yield records
        server.shutdown()


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ({"carrel.test": [SPF, '"other"'], "_dmarc.carrel.test": [DMARC]}, (Level.OK, "p=quarantine")),
        ({"carrel.test": [SPF]}, (Level.WARNING, "no record of DMARC")),
        ({"_dmarc.carrel.test": [DMARC]}, (Level.WARNING, "no record of SPF")),
        ({}, (Level.WARNING, "SPF and DMARC")),
        (
            {"carrel.test": [SPF, SPF.replace("-all", "~all")], "_dmarc.carrel.test": [DMARC]},
            (Level.WARNING, "none is valid"),
        ),
        ({"carrel.test": []}, (Level.OK, "lookup failed")),
    ],
)
def test_what_the_domain_lacks_is_named(
    zone: Zone, settings: Settings, db: Database, records: Zone, said: tuple[Level, str]
) -> None:
    zone |= records
    finding = mail_domain(CheckContext(settings, db, clock.now(), ask_outside=True))
    assert finding.level is said[0]
    assert said[1] in finding.message


def test_a_subdomain_has_the_policy_of_its_organization(zone: Zone, settings: Settings, db: Database) -> None:
    zone |= {"news.carrel.test": [SPF], "_dmarc.carrel.test": [DMARC]}
    news = settings.model_copy(update={"mail_from": "Carrel <desk@news.carrel.test>"})
    assert mail_domain(CheckContext(news, db, clock.now(), ask_outside=True)).level is Level.OK


def test_nobody_is_asked_unless_somebody_wants_to_know(settings: Settings, db: Database) -> None:
    assert mail_domain(CheckContext(settings, db, clock.now())).message == "not asked"
