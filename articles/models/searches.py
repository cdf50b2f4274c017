"""Searches that found nothing."""

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base

MISS_LENGTH = 80


class SearchMiss(Base):
    """Words that no article has, how often they were searched for, and when last. Nothing says who did."""

    __tablename__ = "search_miss"
    __table_args__ = (CheckConstraint("count > 0", name="count"),)

    words: Mapped[str] = mapped_column(String(MISS_LENGTH), primary_key=True)
    count: Mapped[int]
    last_on: Mapped[date]
