"""Messages of Amazon SNS: whose they are, and the one question that SNS asks.

docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages". A signature proves only that Amazon sent
it, for whoever rents a topic there: so the topic must be ours too. Nothing is fetched but a certificate and a
confirmation, both from SNS's own hosts.
"""

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

from newsletter.bounces.report import optional

HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?")
CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-f]{16,64}\.pem")
NOTIFICATION, CONFIRMATION = "Notification", "SubscriptionConfirmation"
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
LARGEST_ANSWER_BYTES = 64 * 1024
TIMEOUT_SECONDS = 5

log = structlog.get_logger()


class SnsUnreachableError(ConnectionError):
    """SNS could not be asked for its certificate: it should send the message again."""


def is_genuine(topic: str, data: Mapping[str, Any]) -> bool:
    """Whether Amazon signed it for our topic. Raises `SnsUnreachableError`."""
    fields, digest = SIGNED.get(optional(data, "Type")), HASHES.get(optional(data, "SignatureVersion"))
    if fields is None or digest is None or optional(data, "TopicArn") != topic:
        return False
    address = optional(data, "SigningCertURL")
    if not is_of_sns(address) or not CERTIFICATE.fullmatch(urlsplit(address).path):
        return False
    try:
        signed = "".join(f"{name}\n{data[name]}\n" for name in fields if name in data).encode()
        signature = base64.b64decode(optional(data, "Signature"), validate=True)
        signing_key(address).verify(signature, signed, padding.PKCS1v15(), digest())
    except (InvalidSignature, ValueError):  # no base64, or half a character (a lone surrogate)
        return False
    return True


def confirm(data: Mapping[str, Any]) -> bool:
    """Answer a question of our own topic, whose signature was checked. Raises `SnsUnreachableError`."""
    address = optional(data, "SubscribeURL")
    if not is_of_sns(address):
        return False
    fetch(address)
    log.info("subscription to Amazon SNS confirmed", topic=optional(data, "TopicArn"))
    return True


def is_of_sns(address: str) -> bool:
    """Whether an address is on a host of SNS, and nothing in it could lead anywhere else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(HOST.fullmatch(parts.netloc)) and address.isascii()


def fetch(address: str) -> bytes:
    """The answer of an address that `is_of_sns`. Raises `SnsUnreachableError`."""
    try:
        with requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
            if answer.status_code == requests.codes.ok:
                return answer.raw.read(LARGEST_ANSWER_BYTES, decode_content=True)  # type: ignore[no-any-return]
            raise SnsUnreachableError(f"{urlsplit(address).netloc} answered {answer.status_code}")
    except requests.RequestException as failure:
        raise SnsUnreachableError(type(failure).__name__) from failure


@lru_cache(maxsize=8)
def signing_key(address: str) -> rsa.RSAPublicKey:
    """The key of a certificate at an address that `is_of_sns`. Raises `SnsUnreachableError`."""
    try:
        key = load_pem_x509_certificate(fetch(address)).public_key()
    except ValueError as failure:
        raise SnsUnreachableError("the response is not a certificate") from failure
    if not isinstance(key, rsa.RSAPublicKey):
        raise SnsUnreachableError("its certificate has no RSA key")
    return key
