"""What DNS says of the domain that our mails come from: without it, mailboxes refuse bulk mail."""

from email.utils import parseaddr

import dns.exception
import dns.resolver

from carrel.findings import Finding, ok, warning
from carrel.settings import is_local
from website.doctor.check_context import CheckContext

CHECK = "mail domain"
SECONDS = 3.0
HOW = "docs/newsletter.md, “DNS records”, has the records."


def mail_domain(site: CheckContext) -> Finding:
    """Does the domain of `MAIL_FROM` say who may send for it (SPF, RFC 7208), and what else is forged (DMARC, RFC 7489)?

    DKIM cannot be looked up without its selector: the sending service shows whether it finds its key.
    """
    domain = parseaddr(site.settings.mail_from)[1].rpartition("@")[2]
    if not domain or not site.ask_outside or is_local(site.settings.base_url):
        return ok(CHECK, "not asked")
    try:
        spf = [record for record in _texts(domain) if record.lower().startswith("v=spf1")]
        policy = _policy(domain)
    except dns.exception.DNSException as problem:
        return ok(CHECK, f"The DNS lookup failed ({type(problem).__name__})")
    if len(spf) > 1:
        return warning(
            CHECK, f"{domain} has {len(spf)} SPF records, so none is valid", f"Merge them into one. {HOW}"
        )
    lacks = [name for name, is_there in (("SPF", spf), ("DMARC", policy)) if not is_there]
    if lacks:
        return warning(CHECK, f"{domain} has no record of {' and '.join(lacks)}", HOW)
    return ok(CHECK, f"{domain} has SPF and DMARC ({policy})")


def _policy(domain: str) -> str:
    """The first DMARC policy on the way up: an organization's holds for its subdomains."""
    labels = domain.split(".")
    for number in range(len(labels) - 1):
        for record in _texts(".".join(["_dmarc", *labels[number:]])):
            if record.replace(" ", "").lower().startswith("v=dmarc1"):
                fields = dict(field.strip().partition("=")[::2] for field in record.split(";"))
                return f"p={fields.get('p', 'none').strip()}"
    return ""


def _texts(name: str) -> list[str]:
    """The TXT records of a name, none if it does not exist. Raises `dns.exception.DNSException`."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
