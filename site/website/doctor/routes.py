"""The operator's page of the same name, and the numbers for Prometheus."""

import hmac
import ipaddress

from flask import Blueprint, Flask, Response, abort, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from carrel import clock, security_events
from carrel.findings import worst
from carrel.security_events import Event, Outcome
from carrel.services import services
from website.admin.guard import needs
from website.admin.operators.roles import Need
from website.doctor.check_context import CheckContext
from website.doctor.metrics import registry_of
from website.doctor.run_checks import run_all

page = Blueprint("doctor", __name__, template_folder="templates")
metrics_page = Blueprint("metrics", __name__)
THROUGH_A_PROXY = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


def init_app(app: Flask, admin: Flask) -> None:
    """Put the page into the operator's app, and the numbers beside /healthz."""
    admin.register_blueprint(page)
    app.register_blueprint(metrics_page)


@page.get("/doctor/")
@needs(Need.HEALTH)
def doctor() -> str:
    """Is the site well?"""
    findings = run_all(CheckContext(services().settings, services().db, clock.now()))
    return render_template("doctor/doctor.html", findings=findings, worst=worst(findings))


@metrics_page.get("/metrics")
def metrics() -> Response:
    """For who knows METRICS_TOKEN; without one, for this very machine, not through a proxy."""
    if not _may_see():
        security_events.log_event(Event.ACCESS_REFUSED, Outcome.FAILURE)
        abort(404)
    return Response(generate_latest(registry_of(services())), content_type=CONTENT_TYPE_LATEST)


def _may_see() -> bool:
    token = services().settings.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    if any(name in request.headers for name in THROUGH_A_PROXY):
        return False
    return ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104 - nobody's address
