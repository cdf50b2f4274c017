"""The way to the operator's pages of a demo."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from carrel.deployment import DEMO_OPERATOR
from website.admin.operators import staff
from website.admin.operators.models import Operator
from website.admin.operators.roles import Role

ACTOR = "the demo"


def operator_path(session: Session) -> str:
    """The path of the operator's pages; while nobody has set up, that of a one-time link, new at each start."""
    if session.scalars(select(exists().where(Operator.set_up_at.is_not(None)))).one():
        return "/admin/"
    try:
        token = staff.add(session, DEMO_OPERATOR, Role.OWNER, actor=ACTOR)
    except staff.AlreadyOperatorError:
        token = staff.reset(session, DEMO_OPERATOR, actor=ACTOR)
    return f"/admin/set-up/{token}"
