"""What readers did with items, what they remember, and what they plan"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_log()
    _create_state()
    op.create_table(
        "study_plan",
        *_reader_and("exam_id", "exam.id", "study_plan"),
        sa.Column("exam_date", sa.Date(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_study_plan_minutes")),
    )
    op.create_table(
        "study_read",
        *_reader_and("article_id", "article.id", "study_read"),
        sa.Column("anchor", sa.String(length=200), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )


def _create_log() -> None:
    op.create_table(
        "study_log",
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.Column("meaning", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("choice", sa.BigInteger(), nullable=False),
        sa.Column("study_day", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.CheckConstraint("kind IN ('answer', 'grade', 'mark', 'unmark')", name=op.f("ck_study_log_kind")),
        sa.CheckConstraint(
            "grade BETWEEN 0 AND 4 AND (grade > 0) = (kind IN ('answer', 'grade'))",
            name=op.f("ck_study_log_grade"),
        ),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_study_log_reader_id_reader")),
        sa.ForeignKeyConstraint(["item_id"], ["study_item.id"], name=op.f("fk_study_log_item_id_study_item")),
        sa.PrimaryKeyConstraint("reader_id", "event_id", name=op.f("pk_study_log")),
    )
    op.create_index("ix_study_log_reader_id_item_id", "study_log", ["reader_id", "item_id"])


def _create_state() -> None:
    op.create_table(
        "study_state",
        *_reader_and("item_id", "study_item.id", "study_state"),
        sa.Column("stability", sa.Double(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("meaning", sa.Integer(), nullable=False),
    )
    op.create_index(op.f("ix_study_state_item_id"), "study_state", ["item_id"])
    op.create_index("ix_study_state_reader_id_due_day", "study_state", ["reader_id", "due_day"])


def _reader_and(column: str, target: str, table: str) -> list[sa.schema.SchemaItem]:
    """A reader's row for something else, one at most."""
    name = target.split(".", maxsplit=1)[0]
    return [
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column(column, sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f(f"fk_{table}_reader_id_reader")),
        sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}_{name}")),
        sa.PrimaryKeyConstraint("reader_id", column, name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    for table in ("study_read", "study_plan", "study_state", "study_log"):
        op.drop_table(table)
