"""What the long benchmarks measure can still be made: nobody runs them every day."""

from sqlalchemy import func, select

from carrel.db import Database
from carrel.mail.models import OutboxMail
from tests.benchmarks import restore_bench


def test_a_gigabyte_of_mails_can_be_made(db: Database) -> None:
    restore_bench.fill_rows(db, restore_bench.ROW_BYTES)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == restore_bench.AT_ONCE
