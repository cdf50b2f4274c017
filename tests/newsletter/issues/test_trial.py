"""A test of an issue goes to its operator alone, is marked as one, and counts nowhere."""

from sqlalchemy import func, select

from carrel.mail.message import Content
from carrel.mail.models import OutboxMail
from carrel.services import Services
from newsletter.issues import trial
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER
from newsletter.issues.models import DeliveredArticle, Delivery

MAIL = Content(
    "newsletter/digest",
    "Timely filing",
    f"Words. https://carrel.test/newsletter/unsubscribe/{TOKEN_PLACEHOLDER}\n",
    f'<html><body class="paper"><p>Words.</p><a href="/newsletter/unsubscribe/{TOKEN_PLACEHOLDER}">x</a></body></html>',
)


def test_it_is_marked_and_carries_nobodys_links() -> None:
    test = trial.as_test(MAIL)
    assert test.subject == "[Test] Timely filing"
    assert test.text.startswith(trial.NOTE)
    assert test.html.index('<body class="paper">') < test.html.index(trial.NOTE) < test.html.index("Words.")
    assert TOKEN_PLACEHOLDER not in test.text + test.html
    assert "/newsletter/unsubscribe/test" in test.text


def test_each_press_is_a_mail_of_its_own_and_no_delivery(services: Services) -> None:
    with services.db.write() as session:
        for _ in range(2):
            trial.queue_test(session, MAIL, "olga@example.org")
    with services.db.read() as session:
        mails = session.scalars(select(OutboxMail)).all()
        assert [(mail.name, mail.to_address) for mail in mails] == [
            ("newsletter/test", "olga@example.org")
        ] * 2
        for table in (Delivery, DeliveredArticle):
            assert session.scalars(select(func.count()).select_from(table)).one() == 0
