"""After a backup was restored, nothing is mailed before the operator has decided (MF-29)."""

from sqlalchemy import delete, select, update

from carrel.audit import AuditEntry
from carrel.mail.models import Alarm
from carrel.services import Services
from newsletter.issues.models import (
    DeliveredArticle,
    Delivery,
    Issue,
    IssueArticle,
    MailVariant,
    ScheduleCursor,
)
from newsletter.subscribers.models import Frequency
from tests.newsletter.issues.conftest import Run
from tests.support.articles import put_article
from tests.support.digests import deliver, put_pending_article
from tests.support.smtp import FakeMailServer

EACH_TABLE = (DeliveredArticle, Delivery, MailVariant, IssueArticle, Issue)


def mailed_and_restored(post: Services, mail_server: FakeMailServer) -> None:
    """An issue goes out; then the database is again as it was before."""
    put_pending_article(post, 3)
    with post.db.read() as session:
        due_at = session.scalars(
            select(ScheduleCursor.due_at).where(ScheduleCursor.frequency == Frequency.EACH)
        ).one()
    deliver(post)
    assert len(mail_server.mails) == 3
    with post.db.write() as session:
        for table in EACH_TABLE:
            session.execute(delete(table))
        session.execute(
            update(ScheduleCursor).where(ScheduleCursor.frequency == Frequency.EACH).values(due_at=due_at)
        )


def test_mf_29_data_12_a_restored_database_mails_nothing_before_the_operator_decides(
    post: Services, mail_server: FakeMailServer, run: Run
) -> None:
    mailed_and_restored(post, mail_server)

    deliver(post)
    deliver(post)

    assert len(mail_server.mails) == 3
    with post.db.read() as session:
        alarm = session.scalars(select(Alarm)).one()
    assert alarm.key == "digests-restored"
    assert "each article:new" in alarm.text
    assert "carrel digest after-restore --skip" in alarm.text
    assert "older than the log" in run("after-restore").output


def test_mf_29_skipping_counts_it_as_mailed_and_the_next_article_goes_out(
    post: Services, mail_server: FakeMailServer, run: Run
) -> None:
    mailed_and_restored(post, mail_server)
    deliver(post)

    assert run("after-restore", "--skip").output == "Digests resume.\n"
    deliver(post)
    assert len(mail_server.mails) == 3

    with post.db.write() as session:
        put_article(session, "newer")
    deliver(post)
    assert [str(mail.message["Subject"]) for mail in mail_server.mails[3:]] == ["Newer"] * 3
    with post.db.read() as session:
        assert "digest.after_restore.skip" in session.scalars(select(AuditEntry.action)).all()
    nothing = "The database knows about everything that was sent.\n"
    assert run("after-restore").output == nothing


def test_mf_29_the_operator_may_have_it_mailed_again(
    post: Services, mail_server: FakeMailServer, run: Run
) -> None:
    mailed_and_restored(post, mail_server)
    deliver(post)

    run("after-restore", "--again")
    deliver(post)

    assert len(mail_server.mails) == 6


def test_a_database_that_knows_everything_asks_nothing(post: Services, mail_server: FakeMailServer) -> None:
    put_pending_article(post, 2)
    deliver(post)
    with post.db.write() as session:
        put_article(session, "newer")
    deliver(post)
    assert len(mail_server.mails) == 4
    with post.db.read() as session:
        assert session.scalars(select(Alarm)).all() == []
