"""House ads, and how often they were seen."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime


class HouseAd(Base):
    """An ad that the operator made. It is never deleted, only archived: reports still name it.

    `slots`, `exams` and `topics` narrow it down; an empty list means everywhere. After `cap` views it is not shown any
    more. `price_cents_per_thousand` is what its buyer pays for 1,000 views. `reported_problem` is the problem
    that the operator was last told of.
    """

    __tablename__ = "house_ad"
    __table_args__ = (
        CheckConstraint("kind IN ('text', 'image')", name="kind"),
        CheckConstraint("label IN ('Advertisement', 'Sponsored')", name="label"),
        CheckConstraint("weight BETWEEN 1 AND 1000", name="weight"),
        CheckConstraint("ends_at IS NULL OR starts_at IS NULL OR starts_at < ends_at", name="dates"),
        CheckConstraint("cap IS NULL OR cap > 0", name="cap"),
        CheckConstraint("price_cents_per_thousand >= 0", name="price"),
        CheckConstraint(
            "kind <> 'image' OR (picture IS NOT NULL AND picture_width > 0 AND picture_height > 0)",
            name="picture_of_an_image",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(5), default="text")
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(2000))
    label: Mapped[str] = mapped_column(String(13), default="Advertisement")
    paid: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[int] = mapped_column(default=10)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slots: Mapped[list[str]] = mapped_column(JSON, default=list)
    exams: Mapped[list[str]] = mapped_column(JSON, default=list)
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    cap: Mapped[int | None]
    price_cents_per_thousand: Mapped[int] = mapped_column(default=0)
    picture: Mapped[str | None] = mapped_column(String(80))  # the file's name in the media folder
    picture_width: Mapped[int] = mapped_column(default=0)
    picture_height: Mapped[int] = mapped_column(default=0)
    picture_alt: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    reported_problem: Mapped[str] = mapped_column("told", String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AdCount(Base):
    """How often an ad was seen and clicked in one hour. `ad` is its number, or `offer`, or `network`."""

    __tablename__ = "ad_count"

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    ad: Mapped[str] = mapped_column(String(20), primary_key=True)
    slot: Mapped[str] = mapped_column(String(40), primary_key=True)
    exam: Mapped[str] = mapped_column(String(80), primary_key=True)
    views: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)


class PageCount(Base):
    """How often a page with ads on it was opened in one hour. `article` is its slug, or another page's key."""

    __tablename__ = "page_count"

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    article: Mapped[str] = mapped_column(String(200), primary_key=True)
    exam: Mapped[str] = mapped_column(String(80), primary_key=True)
    views: Mapped[int] = mapped_column(default=0)


class Salt(Base):
    """The random salt of one half hour. It is deleted, and with it every way back to a browser."""

    __tablename__ = "seen_salt"

    period: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary(32))


class CountedEvent(Base):
    """A view or click of a browser that was counted, as a salted hash, stored for an hour at most."""

    __tablename__ = "seen_mark"

    hash: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
