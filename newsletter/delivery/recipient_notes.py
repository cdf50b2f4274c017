"""What other packages have to say to single recipients of a digest. They register when the app or a worker is created."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog
from markupsafe import escape
from sqlalchemy.orm import Session

from carrel.accounts.hooks import Hook
from carrel.services import Services
from carrel.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RecipientNote:
    """One sentence for one recipient, and a link to a page of ours."""

    sentence: str
    link_text: str
    path: str

    def text(self, settings: Settings) -> str:
        """As it stands in a mail's text."""
        return f"{self.sentence}\n{self.link_text}: {settings.base_url}{self.path}\n\n"

    def html(self, settings: Settings) -> str:
        """As it stands in a mail's HTML."""
        url = escape(settings.base_url + self.path)
        link = f'<a href="{url}" style="color: {settings.accent.day}">{escape(self.link_text)}</a>'
        return f'<p style="margin: 12px 0 16px">{escape(self.sentence)} {link}</p>'


# Asked once for each batch of a digest: (session, settings, the recipients' email_keys). Who is not named gets no note.
recipient_notes: Hook[[Session, Settings, Collection[str]], Mapping[str, RecipientNote]] = Hook()


def notes_for(services: Services, email_keys: Collection[str]) -> dict[str, RecipientNote]:
    """The notes by email_key. A digest goes out without them rather than not at all."""
    notes: dict[str, RecipientNote] = {}
    try:
        with services.db.read() as session:
            for some in recipient_notes(session, services.settings, email_keys):
                notes |= some
    except Exception:
        log.exception("the recipients' notes could not be asked for")
    return notes
