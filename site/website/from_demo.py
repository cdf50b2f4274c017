"""`carrel init FOLDER --from-demo`: a site of one's own out of what was tried in a demo.

It takes articles, settings and operators into a new folder with a new database: sample ads, test orders and
the demo's own operator stay behind, and nothing of the demo is changed. Operators get no password from there:
their codes were made with the demo's key.
"""

import re
import shutil
from pathlib import Path

from sqlalchemy import select

from articles.starter import StarterError, init_site
from carrel.deployment import DEMO_OPERATOR
from carrel.services import existing_database, open_database
from carrel.settings import Settings, load
from carrel.settings.loading import CONFIG_FILE
from website.admin.operators import staff
from website.admin.operators.models import Operator
from website.admin.operators.roles import Role
from website.migrations import check_schema, migrate

CONTENT = "content"
ACTOR = "carrel init --from-demo"
People = list[tuple[str, Role]]


def init_from_demo(settings: Settings, folder: Path, config: Path = Path(CONFIG_FILE)) -> list[str]:
    """Make the folder; the addresses of the operators taken over.

    Raises `StarterError`, `DatabaseUnusableError`, and `SettingsError` when the new settings cannot be read. Then no
    folder is left.
    """
    people = _operators(settings)
    if not settings.content.is_dir():
        raise StarterError(f"There is no folder {settings.content}, so its articles cannot be copied.")
    init_site(folder)
    try:
        shutil.rmtree(folder / CONTENT)
        shutil.copytree(settings.content, folder / CONTENT)
        if config.exists():
            (folder / CONFIG_FILE).write_text(_own_folders(config.read_text("utf-8")), "utf-8")
        _write_operators(load({}, folder / CONFIG_FILE, home=folder / "var"), people)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return [email for email, _ in people]


def _operators(settings: Settings) -> People:
    db = existing_database(settings)
    try:
        check_schema(db)
        with db.read() as session:
            emails = session.execute(select(Operator.email, Operator.role).order_by(Operator.id)).all()
    finally:
        db.close()
    return [(email, Role(role)) for email, role in emails if email != DEMO_OPERATOR]


def _write_operators(settings: Settings, people: People) -> None:
    db = open_database(settings)
    try:
        migrate(db)
        with db.write() as session:
            for email, role in people:
                staff.add(session, email, role, actor=ACTOR)
    finally:
        db.close()


def _own_folders(toml: str) -> str:
    """The settings, with the new folder's own content, home and database."""
    return f'content = "{CONTENT}"\n' + re.sub(r"(?m)^(content|home|database_url)\s*=.*\n?", "", toml)
