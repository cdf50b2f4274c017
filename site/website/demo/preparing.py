"""Before the demo starts: a home of its own, the schema, the articles, the samples."""

from dataclasses import dataclass

import click
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from articles.check import check
from articles.commands import EXIT_PROBLEMS, command_errors
from articles.models import Article, Exam
from articles.publish import PublishBusyError, PublishRefusedError, publish
from articles.report_lines import print_report
from carrel import deployment
from carrel.ads.samples import seed_demo_ads
from carrel.command_line import CommandError
from carrel.db import Database
from carrel.deployment import DEMO_OPERATOR, REFUSALS, DeploymentKind, WrongDeploymentError
from carrel.services import has_database, open_database
from carrel.settings import Settings
from newsletter.subscribers.models import Subscriber
from payments.models import Order
from website.admin.operators.models import Operator
from website.demo.operator_setup import operator_path
from website.doctor.samples import has_sample_ads
from website.migrations import HEAD, current_revision, migrate

KEPT = "Nothing was published: the demo shows the articles as they were last published."


@dataclass(frozen=True)
class Prepared:
    """What the demo tells about itself: the way to the admin pages, and an exam to write for."""

    operator_path: str
    exam: str


def prepare(settings: Settings) -> Prepared:
    """Bring the schema up to date, publish what is in the content folder, show sample ads.

    Articles with mistakes are reported. Then the last library is shown; without one the demo ends with exit
    status 1, before anything was made. Raises `WrongDeploymentError`.
    """
    if not has_database(settings):
        _check_articles(settings)
    db = open_database(settings)
    try:
        refuse_public_site(settings, db)
        if has_database(settings) and not _has_library(db):
            _check_articles(settings)
        migrate(db)
        deployment.assign(settings, db, DeploymentKind.DEMO)
        _publish(settings, db)
        with db.write() as session:
            seed_demo_ads(session, settings)
            exams = session.scalars(select(Exam.slug).where(Exam.in_files).order_by(Exam.position, Exam.slug))
            return Prepared(operator_path(session), exams.first() or "EXAM")
    finally:
        db.close()


def refuse_public_site(settings: Settings, db: Database) -> None:
    """A demo adds an owner and ads: it starts on no home that a public site uses. Raises `WrongDeploymentError`."""
    deployment.check(settings, db, DeploymentKind.DEMO)
    if current_revision(db) != HEAD or deployment.database_marker(db):
        return
    with db.read() as session:
        if not has_sample_ads(session) and _has_people(session):
            raise WrongDeploymentError(
                REFUSALS[DeploymentKind.PRODUCTION].format(place=f"The database {db.url.database}")
            )


def _has_people(session: Session) -> bool:
    """Whether somebody runs, reads or pays for this site. An earlier release's has no marker."""
    people = select(Operator.id).where(Operator.email_key != DEMO_OPERATOR)
    queries = (people, select(Subscriber.id), select(Order.id))
    return any(session.scalar(select(exists(query))) for query in queries)


def _has_library(db: Database) -> bool:
    if current_revision(db) is None:
        return False
    with db.read() as session:
        return bool(session.scalar(select(exists(select(Article.id)))))


def _check_articles(settings: Settings) -> None:
    """End with the report of `carrel check` when there are mistakes."""
    with command_errors():
        report = check(settings.content, zone=settings.zone)
    if report.errors:
        print_report(report)
        raise click.exceptions.Exit(EXIT_PROBLEMS)


def _publish(settings: Settings, db: Database) -> None:
    try:
        with command_errors():
            publish(settings, db)
    except PublishRefusedError as refused:
        print_report(refused.report)
        click.echo(KEPT)
    except PublishBusyError as error:
        raise CommandError(str(error)) from None
