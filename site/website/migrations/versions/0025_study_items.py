"""Items to study with, and their texts, which are append-only"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WHY = "texts of items are append-only"


def upgrade() -> None:
    op.create_table(
        "study_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_key", sa.String(length=60), nullable=True),
        sa.Column("objective", sa.String(length=161), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=True),
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.Column("meaning", sa.Integer(), nullable=False),
        sa.Column("meaning_by_hand", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('question', 'answer', 'order', 'cloze', 'card', 'term', 'case')",
            name=op.f("ck_study_item_kind"),
        ),
        sa.CheckConstraint("meaning > 0", name=op.f("ck_study_item_meaning")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_study_item_exam_id_exam")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_study_item_article_id_article")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_item")),
        sa.UniqueConstraint("exam_id", "key", name=op.f("uq_study_item_exam_id_key")),
    )
    op.create_index(op.f("ix_study_item_article_id"), "study_item", ["article_id"])
    op.create_table(
        "study_text",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["study_item.id"], name=op.f("fk_study_text_item_id_study_item")
        ),
        sa.PrimaryKeyConstraint("item_id", "revision", name=op.f("pk_study_text")),
    )
    _protect()


def _protect() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    refuse = (
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        if is_sqlite
        else f"FOR EACH ROW EXECUTE FUNCTION refuse('{WHY}')"
    )
    for name, verb in (("study_text_is_kept", "DELETE"), ("study_text_is_fixed", "UPDATE")):
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON study_text {refuse}")


def downgrade() -> None:
    op.drop_table("study_text")
    op.drop_table("study_item")
