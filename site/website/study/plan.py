"""What readers plan: an exam's date, minutes a day, their time zone, and whether the digest says what is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.clock import YEARS
from carrel.settings import Settings
from website.study.days import day_of, study_day
from website.study.due import Calendar
from website.study.models import ZONE_LENGTH, StudyPlan

MINUTES = range(5, 241)  # a day
USUAL_MINUTES = 20
LONGEST_AHEAD = timedelta(days=3653)  # what lies ahead is counted review by review


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan as somebody wants it."""

    exam_date: date | None
    minutes: int
    zone: str
    mail: bool


class InvalidPlanError(Exception):
    """What is wrong with a plan, by its field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(*errors.values())
        self.errors = errors


def parse_plan(fields: Mapping[str, str]) -> PlanDraft:
    """The plan that a form says. Raises `InvalidPlanError`."""
    errors: dict[str, str] = {}
    exam_date, minutes, zone = None, USUAL_MINUTES, fields.get("zone", "").strip()
    if day := fields.get("exam_date", "").strip():
        try:
            exam_date = date.fromisoformat(day)
        except ValueError:
            errors["exam_date"] = "Write the date as 2027-03-31."
        if exam_date and exam_date.year not in YEARS:
            errors["exam_date"] = "Write a year with four digits, such as 2027."
        elif exam_date and exam_date > (clock.now() + LONGEST_AHEAD).date():
            errors["exam_date"] = "Write a date within the next ten years."
    typed = fields.get("minutes", "").strip()
    if typed.isascii() and typed.isdigit() and len(typed) < 4 and int(typed) in MINUTES:
        minutes = int(typed)
    else:
        errors["minutes"] = f"Write a number of minutes from {MINUTES[0]} to {MINUTES[-1]}."
    if len(zone) > ZONE_LENGTH or zone not in available_timezones():
        errors["zone"] = "Choose a time zone from the list."
    if errors:
        raise InvalidPlanError(errors)
    return PlanDraft(exam_date, minutes, zone, bool(fields.get("mail")))


def plan_of(session: Session, reader_id: int, exam_id: int) -> StudyPlan | None:
    """The reader's plan for an exam."""
    return session.get(StudyPlan, (reader_id, exam_id))


def save_plan(session: Session, reader_id: int, exam_id: int, draft: PlanDraft) -> None:
    """Keep a plan. A reader is in one time zone: the other plans' follows."""
    plan = plan_of(session, reader_id, exam_id) or StudyPlan(reader_id=reader_id, exam_id=exam_id)
    plan.exam_date, plan.minutes, plan.zone, plan.mail = (
        draft.exam_date,
        draft.minutes,
        draft.zone,
        draft.mail,
    )
    session.add(plan)
    session.flush()
    session.execute(update(StudyPlan).where(StudyPlan.reader_id == reader_id).values(zone=draft.zone))


def delete_plan(session: Session, reader_id: int, exam_id: int) -> None:
    """Forget a plan; what was studied stays."""
    plan = delete(StudyPlan).where(StudyPlan.reader_id == reader_id, StudyPlan.exam_id == exam_id)
    session.execute(plan)


def zone_of(session: Session, reader_id: int, settings: Settings) -> tzinfo:
    """The time zone that the reader named in a plan, or else the site's."""
    zones = select(StudyPlan.zone).where(StudyPlan.reader_id == reader_id)
    name = session.scalar(zones.order_by(StudyPlan.exam_id).limit(1))
    return ZoneInfo(name) if name else settings.zone


def calendar_of(session: Session, reader_id: int, settings: Settings, now: datetime) -> Calendar:
    """The reader's day, and their exams that lie ahead."""
    today = study_day(now, zone_of(session, reader_id, settings))
    dates = session.execute(
        select(StudyPlan.exam_id, StudyPlan.exam_date).where(
            StudyPlan.reader_id == reader_id, StudyPlan.exam_date.is_not(None)
        )
    )
    days = {exam_id: day_of(exam_date) for exam_id, exam_date in dates if exam_date}
    return Calendar(today, {exam_id: day for exam_id, day in days.items() if day > today})
