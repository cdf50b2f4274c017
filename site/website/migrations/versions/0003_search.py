"""Full-text search: what no model can say, for each of the two databases"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The index keeps no text of its own: snippets come from the article's.
SQLITE = """
CREATE VIRTUAL TABLE article_search USING fts5(
    title, summary, body, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 0')
"""
# A stemmer without stop words, so that both databases find the same articles for "who" and "to be".
POSTGRESQL = [
    "CREATE TEXT SEARCH DICTIONARY article_search_stem (TEMPLATE = snowball, Language = english)",
    "CREATE TEXT SEARCH CONFIGURATION article_search (COPY = simple)",
    """ALTER TEXT SEARCH CONFIGURATION article_search
       ALTER MAPPING FOR asciiword, word, numword WITH article_search_stem""",
    """CREATE TABLE article_search (
       body_id INTEGER PRIMARY KEY REFERENCES article_body (id) ON DELETE CASCADE, document TSVECTOR NOT NULL)""",
    "CREATE INDEX article_search_document ON article_search USING gin (document)",
]


def upgrade() -> None:
    statements = [SQLITE] if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in statements:
        op.execute(statement)
