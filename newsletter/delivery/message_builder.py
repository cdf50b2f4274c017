"""Makes the bytes of each delivery; the mail of a rendering is built once and kept."""

import threading
from collections import OrderedDict

from carrel import clock
from carrel.http.services import Services
from carrel.mail import addresses
from carrel.mail.message import Content
from newsletter.delivery.claims import Claimed, SubscriberErasedError
from newsletter.issues.message_template import MessageTemplate, prepare
from newsletter.issues.models import Rendering
from newsletter.subscribers import links

MOST_KEPT = 64  # of up to 100 kB each


class MessageBuilder:
    """For the connections of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: OrderedDict[int, MessageTemplate] = OrderedDict()
        self._lock = threading.Lock()

    def write(self, delivery: Claimed) -> tuple[bytes, str]:
        """The mail for this recipient, and the address as SMTP gets it. Raises `SubscriberErasedError`, `ValueError`."""
        if delivery.email is None or delivery.address_hash is None:
            raise SubscriberErasedError
        to = addresses.parse(delivery.email).wire
        token = links.token_of(self._services.signer, delivery.address_hash)
        mail = self._prepared(delivery.rendering_id)
        return mail.for_recipient(to=to, token=token, delivery_id=delivery.id, date=clock.now()), to

    def _prepared(self, rendering_id: int) -> MessageTemplate:
        with self._lock:
            if rendering_id not in self._kept:
                self._kept[rendering_id] = self._prepare(rendering_id)
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(rendering_id)
            return self._kept[rendering_id]

    def _prepare(self, rendering_id: int) -> MessageTemplate:
        with self._services.db.read() as session:
            found = session.get_one(Rendering, rendering_id)
        content = Content("newsletter/digest", found.subject or "", found.text or "", found.html or "")
        return prepare(self._services.settings, content)
