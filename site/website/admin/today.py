"""The first page: today at a glance."""

from flask import Blueprint, render_template

from website.admin.guard import needs
from website.admin.operators.roles import Need

blueprint = Blueprint("today", __name__)


@blueprint.get("/")
@needs(Need.LOOK)
def today() -> str:
    """Today."""
    return render_template("today.html")
