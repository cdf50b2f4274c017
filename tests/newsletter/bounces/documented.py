"""The services' webhooks as their documentation names the fields, with values of our own."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:us-east-1:123456789012:bounces"
CERTIFICATE_URL = f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{'0' * 32}.pem"
CONFIRM_URL = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc"
POSTMARK_SECRET = "postmark-secret-of-this-site"
MAILGUN_KEY = "mailgun-key-of-this-site"


@lru_cache
def amazon_key() -> rsa.RSAPrivateKey:
    """Stands for Amazon's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache
def amazon_certificate() -> bytes:
    """What lies at the certificate's address."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.public_key(amazon_key().public_key())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(amazon_key(), hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM)


def sns(message: str, kind: str = "Notification", version: str = "2", **changed: str) -> dict[str, Any]:
    """A message of SNS, signed."""
    data = {
        "Type": kind,
        "MessageId": "3f1c6a0e-0000-4000-8000-000000000001",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": "2026-11-14T07:00:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
    }
    if kind != "Notification":
        data |= {"Token": "abc", "SubscribeURL": CONFIRM_URL}
    data |= changed
    names = sorted(set(data) - {"Signature", "SignatureVersion", "SigningCertURL"})
    signed = "".join(f"{name}\n{data[name]}\n" for name in names).encode()
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303 - the older of SNS's two versions
    signature = amazon_key().sign(signed, padding.PKCS1v15(), digest)
    return data | {"Signature": base64.b64encode(signature).decode()}


def ses_bounce(
    *addresses: str,
    kind: str = "Permanent",
    feedback: str = "fb-1",
    message_id: str = "",
    event: bool = False,
) -> str:
    """Amazon SES: a bounce, as a notification or as an event of a configuration set."""
    headers = [{"name": "From", "value": "desk@carrel.test"}]
    if message_id:
        headers.append({"name": "Message-ID", "value": message_id})
    recipients = [
        {
            "emailAddress": address,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": f"smtp; 550 5.1.1 <{address}> nobody here",
        }
        for address in addresses
    ]
    return json.dumps(
        {
            ("eventType" if event else "notificationType"): "Bounce",
            "bounce": {
                "bounceType": kind,
                "bounceSubType": "General",
                "bouncedRecipients": recipients,
                "timestamp": "2026-11-14T07:00:05.000Z",
                "feedbackId": feedback,
                "reportingMTA": "dsn; a8-50.smtp-out.amazonses.com",
            },
            "mail": {
                "timestamp": "2026-11-14T07:00:01.000Z",
                "source": "desk@carrel.test",
                "messageId": "0100018c-ses-own-id",
                "destination": list(addresses),
                "headersTruncated": False,
                "headers": headers,
                "commonHeaders": {"subject": "New"},
            },
        }
    )


def ses_complaint(address: str, feedback: str = "fb-2", kind: str = "abuse") -> str:
    """Amazon SES: a complaint."""
    return json.dumps(
        {
            "notificationType": "Complaint",
            "complaint": {
                "complainedRecipients": [{"emailAddress": address}],
                "timestamp": "2026-11-14T09:00:00.000Z",
                "feedbackId": feedback,
                "complaintSubType": None,
                "complaintFeedbackType": kind,
                "userAgent": "ExampleCorp Feedback Loop (V0.01)",
                "arrivalDate": "2026-11-14T08:59:00.000Z",
            },
            "mail": {
                "messageId": "0100018c-ses-own-id",
                "destination": [address],
                "source": "desk@carrel.test",
            },
        }
    )


def postmark_bounce(
    address: str, kind: str = "HardBounce", number: int = 4323372036854775807
) -> dict[str, Any]:
    """Postmark: a bounce, or a complaint."""
    return {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "ID": number,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {},
        "ServerID": 23,
        "MessageStream": "broadcast",
        "Description": "The server was unable to deliver your message.",
        "Details": f"smtp;550 5.1.1 The email account that you tried to reach does not exist: {address}",
        "Email": address,
        "From": "desk@carrel.test",
        "BouncedAt": "2026-11-14T07:00:05Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "New",
        "Content": "",
    }


def postmark_suppression(address: str, reason: str | None, suppress: bool = True) -> dict[str, Any]:
    """Postmark: a subscription change."""
    return {
        "RecordType": "SubscriptionChange",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ServerID": 23,
        "MessageStream": "broadcast",
        "ChangedAt": "2026-11-14T07:00:05Z",
        "Recipient": address,
        "Origin": "Recipient",
        "SuppressSending": suppress,
        "SuppressionReason": reason,
        "Tag": "",
        "Metadata": {},
    }


def mailgun_event(
    address: str, *, event: str = "failed", severity: str = "permanent", number: str = "G9Bn5sl1TC6nu79C8C0bwg",
    message_id: str = "20261114070000.1@mg.example.org", age: float = 0, reason: str = "bounce",
    said: str = "5.1.1 unknown", status: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Mailgun: an event, signed."""
    stamp, token = str(int(time.time() - age)), "0c5f" * 12 + "ab"
    signature = hmac.new(MAILGUN_KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    data: dict[str, Any] = {
        "event": event,
        "id": number,
        "timestamp": float(stamp),
        "recipient": address,
        "recipient-domain": address.partition("@")[2],
        "message": {"headers": {"to": address, "message-id": message_id, "from": "desk@carrel.test"}},
    }
    if event == "failed":
        usual = {"code": 550, "message": f"{said}: {address}", "description": "", "attempt-no": 1}
        data |= {"severity": severity, "reason": reason, "delivery-status": usual | (status or {})}
    return {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": data}
