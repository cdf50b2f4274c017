"""Factories for ads."""

from datetime import UTC, datetime
from typing import Any

from carrel.ads.models import HouseAd

NOW = datetime(2026, 11, 20, 12, 3, tzinfo=UTC)


def piece(kind: str, words: int, html: str = "<p>Words.</p>") -> dict[str, Any]:
    """A block of an article, as the library stores it."""
    return {"kind": kind, "words": words, "html": html}


def paragraphs(*words: int) -> list[dict[str, Any]]:
    """A text of paragraphs of so many words."""
    return [piece("paragraph", count) for count in words]


def house_ad(**changes: Any) -> HouseAd:
    """A text ad for everywhere; not in a database unless you add it."""
    number = changes.get("id", 1)
    values: dict[str, Any] = {
        "name": f"Ad {number}",
        "kind": "text",
        "title": "Sample pencils",
        "text": "They write.",
        "url": "https://pencils.example/",
        "label": "Advertisement",
        "weight": 10,
        "paid": False,
        "slots": [],
        "exams": [],
        "topics": [],
        "created_at": NOW,
    }
    return HouseAd(**values | changes)
