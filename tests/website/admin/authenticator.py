"""A passkey in memory, for tests: it does what a phone does, and can be told to do it wrong (WebAuthn, 6.1, 6.5)."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

USER_PRESENT, USER_VERIFIED, WITH_KEY = 0x01, 0x04, 0x40
ORIGIN, RP_ID = "https://carrel.test", "carrel.test"
VERIFIED = USER_PRESENT | USER_VERIFIED
# What a device may say that is not to be believed.
LIES: dict[str, dict[str, Any]] = {
    "another site": {"origin": "https://evil.test"},
    "another port": {"origin": "https://carrel.test:8443"},
    "not https": {"origin": "http://carrel.test"},
    "another host": {"rp_id": "evil.test"},
    "nobody verified": {"flags": USER_PRESENT},
    "nobody there": {"flags": USER_VERIFIED},
}


@dataclass
class Device:
    """Holds one key. What it says of origin, host, flags and count can be changed, as a cheat would."""

    origin: str = ORIGIN
    rp_id: str = RP_ID
    flags: int = VERIFIED
    count: int = 0
    handle: str | None = None
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        self.handle = options["user"]["id"]
        new = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(self._public())
        made = {"fmt": "none", "attStmt": {}, "authData": self._says(WITH_KEY) + new}
        client = self._client("webauthn.create", options)
        return self._sent(clientDataJSON=_b64(client), attestationObject=_b64(cbor2.dumps(made)))

    def get(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get`."""
        client, says = self._client("webauthn.get", options), self._says()
        signature = self.key.sign(says + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._sent(
            clientDataJSON=_b64(client),
            authenticatorData=_b64(says),
            signature=_b64(signature),
            userHandle=self.handle,
        )

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _says(self, more: int = 0) -> bytes:
        host = hashlib.sha256(self.rp_id.encode()).digest()
        return host + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _public(self) -> dict[int, int | bytes]:
        at = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")}

    def _sent(self, **response: str | None) -> str:
        name = _b64(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
