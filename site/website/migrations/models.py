"""Every module that declares tables, so that migrations and tests know the whole schema."""

from articles import models as articles
from newsletter import models as newsletter
from payments import models as payments
from website import audit, editions, tokens
from website.accounts import models as accounts
from website.admin.operators import models as operators
from website.ads import models as ads
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
