"""The id in a digest's Message-ID: it names the delivery, and proves that whoever shows it to us has seen the mail.

Anybody can send us a mail that looks like a bounce. Without the proof it could end anybody's subscription.
"""

import hmac
import re

from carrel.tokens import Signer

KIND = "digest"
PURPOSE = "message-id"
PROOF_BYTES = 10
PATTERN = re.compile(rf"{KIND}\.(?P<delivery>\d{{1,18}})\.(?P<proof>[0-9a-f]{{{PROOF_BYTES * 2}}})@")


def stable_id(signer: Signer, delivery_id: int) -> str:
    """What stands between "digest." and "@", the same at every try."""
    return f"{delivery_id}.{_proofs(signer, delivery_id)[0]}"


def deliveries_in(signer: Signer, text: str) -> list[int]:
    """The deliveries whose genuine Message-IDs stand in a text, in their order."""
    matches = ((int(match["delivery"]), match["proof"]) for match in PATTERN.finditer(text))
    return list(dict.fromkeys(number for number, proof in matches if _is_genuine(signer, number, proof)))


def _is_genuine(signer: Signer, delivery_id: int, proof: str) -> bool:
    return any(hmac.compare_digest(proof, expected) for expected in _proofs(signer, delivery_id))


def _proofs(signer: Signer, delivery_id: int) -> list[str]:
    return [derived[:PROOF_BYTES].hex() for derived in signer.derive(PURPOSE, str(delivery_id))]
