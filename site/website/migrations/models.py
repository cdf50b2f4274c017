"""Every module that declares tables, so that migrations and tests know the whole schema."""

from articles import models as articles
from newsletter import models as newsletter
from payments import models as payments
from website import audit, editions, tokens
from website.accounts import models as accounts
from website.admin.operators import models as operators
from website.ads import models as ads
from website.db import Base
from website.mail import models as mail

MODULES = [
    audit,
    editions,
    tokens,
    accounts,
    ads,
    articles,
    mail,
    newsletter,
    operators,
    payments,
]


def needed() -> set[str]:
    """Every column that a model names, as `table.column`."""
    tables = Base.metadata.tables.values()
    return {f"{table.name}.{column.name}" for table in tables for column in table.columns}
