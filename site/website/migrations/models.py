"""Every module that declares tables, so that migrations and tests know the whole schema."""

from articles import models as articles
from carrel import audit, page_cache, tokens
from carrel.accounts import models as accounts
from carrel.ads import models as ads
from carrel.db import Base
from carrel.mail import models as mail
from newsletter import models as newsletter
from payments import account_models
from payments import gift_models as gifts
from payments import models as payments
from website.admin.operators import models as operators
from website.migrations import compatibility
from website.study import models as study

MODULES = [
    account_models,
    audit,
    page_cache,
    tokens,
    accounts,
    ads,
    articles,
    compatibility,
    gifts,
    mail,
    newsletter,
    operators,
    payments,
    study,
]


def needed() -> set[str]:
    """Every column that a model names, as `table.column`."""
    tables = Base.metadata.tables.values()
    return {f"{table.name}.{column.name}" for table in tables for column in table.columns}
