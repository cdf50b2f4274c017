"""Articles may have a picture, a series and related articles of the author's choice; authors have pages"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("image", sa.JSON(), nullable=True))
    op.add_column("article", sa.Column("series", sa.String(length=120), nullable=True))
    op.add_column("article", sa.Column("series_slug", sa.String(length=80), nullable=True))
    op.add_column("article", sa.Column("part", sa.Integer(), nullable=True))
    op.add_column("article", sa.Column("related", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_article_series_slug"), "article", ["series_slug"])
    op.create_index(op.f("ix_article_author"), "article", ["author"])
    op.create_index(op.f("ix_article_reviewer"), "article", ["reviewer"])
    op.create_table(
        "author",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("credentials", sa.String(length=120), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_author")),
        sa.UniqueConstraint("name", name=op.f("uq_author_name")),
    )
