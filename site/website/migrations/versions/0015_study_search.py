"""Search that knows its words: another index, a vocabulary, acronyms, and searches that found nothing"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Every character beyond ASCII belongs to a token: `articles.search.tokens` has split the text already.
SQLITE = """
CREATE VIRTUAL TABLE article_search_tokens USING fts5(
    stream, marks, content='', contentless_delete=1, tokenize="ascii tokenchars '=~_+#.-'")
"""
POSTGRESQL = [
    """CREATE TABLE article_search_tokens (
       body_id INTEGER PRIMARY KEY REFERENCES article_body (id) ON DELETE CASCADE, document TSVECTOR NOT NULL)""",
    "CREATE INDEX article_search_tokens_document ON article_search_tokens USING gin (document)",
]


def upgrade() -> None:
    for statement in [SQLITE] if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.create_table(
        "article_search_entry",
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["article_body.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("body_id"),
    )
    op.execute(
        "CREATE INDEX article_search_entry_uncounted ON article_search_entry (body_id) WHERE NOT counted"
    )
    op.create_table(
        "article_search_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("docs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word"),
    )
    op.create_table(
        "search_miss",
        sa.Column("words", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_search_miss_count")),
        sa.PrimaryKeyConstraint("words", name=op.f("pk_search_miss")),
    )
    op.add_column("exam", sa.Column("acronyms", sa.JSON(), nullable=True))
