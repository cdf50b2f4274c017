"""The demo's mailbox as pages: every mail that would have been sent."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, g, render_template

from carrel.services import services
from website.demo.mailbox import FOLDER

blueprint = Blueprint("demo_mail", __name__, url_prefix="/demo/mail")
SHOWN = 100


def init_app(app: Flask) -> None:
    """Add the mailbox to the demo's site, and the way to it to its pages."""
    app.jinja_env.globals["demo_mailbox"] = "/demo/mail/"
    app.register_blueprint(blueprint)


@blueprint.get("/")
def mailbox() -> str:
    """The newest mails first."""
    names = sorted((path.name for path in _folder().glob("*.eml")), reverse=True)[:SHOWN]
    return render_template("demo/mailbox.html", mails=[(name, _mail(name)) for name in names])


@blueprint.get("/<name>")
def mail(name: str) -> str:
    """One mail: its text part, its headers, and a frame with its HTML."""
    message = _mail(name)
    text = message.get_body(("plain",))
    return render_template(
        "demo/mail.html",
        name=name,
        mail=message,
        text=text.get_content() if text else "",
        headers=message.items(),
    )


@blueprint.get("/<name>/html")
def mail_html(name: str) -> Response:
    """The HTML part as a mail program would show it: no script runs, and it may stand in our own frame only."""
    part = _mail(name).get_body(("html",))
    g.csp_sources = {"style-src": "'unsafe-inline'", "script-src": "'none'", "frame-ancestors": "'self'"}
    response = Response(part.get_content() if part else "", mimetype="text/html")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _mail(name: str) -> EmailMessage:
    path = _folder() / name
    if path.suffix != ".eml" or path.parent != _folder() or not path.is_file():
        abort(404)
    return BytesParser(policy=policy.default).parsebytes(path.read_bytes())


def _folder() -> Path:
    return services().settings.home / FOLDER
