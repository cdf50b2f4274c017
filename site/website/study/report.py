"""A reader says that something is wrong with an item, from a page that is the same for everybody."""

from flask import Blueprint, Response, render_template, request

from articles import item_reports
from articles.models.reports import WORDS_LENGTH
from carrel.accounts import limits
from carrel.accounts.limits import Limit, hours
from carrel.http import errors
from carrel.ip_prefix import network_key
from carrel.services import services

blueprint = Blueprint("study_report", __name__)
PER_NETWORK = (Limit(20, hours(1)), Limit(60, hours(24)))  # a class behind one address, at a bad question
PER_SITE = Limit(500, hours(24))
THANKS = ("Thank you", "Your report has reached the people who write these items.")
ALREADY = ("Already reported", "Others have reported this item too. It will be looked at.")
TOO_LONG = errors.ErrorPage(
    "This is too long", f"Go back and write at most {WORDS_LENGTH:,} characters. Nothing was sent."
)
UNKNOWN = errors.ErrorPage(
    "This item is gone", "It was removed or changed since the page was loaded. Nothing was sent."
)


@blueprint.post("/study/report")
def report() -> str | Response:
    """Take the report. Neither address nor name nor session goes into it."""
    exam, item, revision, words, robot = (
        request.form.get(name, "") for name in ("exam", "item", "revision", "words", "website")
    )
    if robot:  # people do not see that field
        return _said(*THANKS)
    _count_attempt()
    try:
        with services().db.write() as session:
            item_reports.report(session, exam, item, revision, words)
    except item_reports.AlreadyReportedError:
        return _said(*ALREADY)
    except item_reports.ReportTooLongError:
        return errors.error_response(422, TOO_LONG)
    except item_reports.UnknownItemError:
        return errors.error_response(404, UNKNOWN)
    return _said(*THANKS)


def _count_attempt() -> None:
    """In a transaction of its own, so that what is refused counts as well."""
    network = network_key(request.remote_addr)
    with services().db.write() as session:
        limits.check(session, "item-report-network", network, *PER_NETWORK)
        limits.check_site(session, "item-report", network, PER_SITE)


def _said(title: str, sentence: str) -> str:
    return render_template("study/reported.html", title=title, sentence=sentence)
