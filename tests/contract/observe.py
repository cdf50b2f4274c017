"""What the code of today promises, one line for each promise, as people and programs see it from outside."""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import click
from sqlalchemy import inspect, text
from werkzeug.routing import Rule

from tests.contract.today import (
    HOME,
    WEBHOOK_EVENTS,
    Database,
    Settings,
    Site,
    carrel,
    commands_of,
    is_read,
    open_empty,
    open_home,
)

# A file's name, and what somebody loses when one of its lines is gone.
LOST = {
    "routes": "a bookmark, a link in a mail or a program that asks this address gets an error page",
    "commands": "a person's script or timer that types this command fails",
    "settings": "an operator's carrel.toml or environment no longer says what it said",
    "schema": "a report, a backup or the release before this one reads this from the database",
    "cookies": "every browser that holds this is signed out, or is not known again",
    "mails": "a mail program's filter, its unsubscribe button or its threads go by this",
    "feeds": "every feed reader shows what was read as new",
    "webhooks": "Stripe goes on sending this, and it is ignored",
}
LOOPBACK = "http://127.0.0.1:8000"
ATOM = "{http://www.w3.org/2005/Atom}"
CHOICE = re.compile(r"<any\(([^)]*)\):\w+>")
PLACE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")
FEEDS = [
    folder + file
    for folder in ("/", "/exams/cpb/", "/topics/medicare/")
    for file in ("feed.xml", "atom.xml", "feed.json")
]


@cache
def promises(kind: str) -> list[str]:
    """Every promise of this kind, sorted."""
    with tempfile.TemporaryDirectory(prefix="contract-") as folder, open_home(Path(folder)) as site:
        return sorted(set(LOOKS[kind](site)))


def routes(site: Site) -> Iterator[str]:
    """`GET /articles/<>/`: what stands at a place has no name outside, only a kind (`<int>`)."""
    for app, under in ((site.app, ""), (site.admin, "/admin")):
        for rule in app.url_map.iter_rules():
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield from (f"{method} {under}{path}" for path in _paths(rule))


def _paths(rule: Rule) -> Iterator[str]:
    parts = CHOICE.split(rule.rule)
    offered = [re.findall(r"[^\"', ]+", part) if number % 2 else [part] for number, part in enumerate(parts)]
    for path in product(*offered):
        yield PLACE.sub(lambda place: f"<{(place[1] or '').replace('default', '')}>", "".join(path))


def commands(_site: Site) -> Iterator[str]:
    """`carrel publish --dry-run`, and each word that an option takes."""
    for path, command in commands_of(carrel):
        yield path
        arguments = [each for each in command.params if isinstance(each, click.Argument)]
        for number, argument in enumerate(arguments, 1):
            many = "any number of" if argument.nargs < 0 else "one" if argument.required else "perhaps one"
            yield from (f"{path} argument {number}: {many} {kind}" for kind in _kinds(argument))
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                names = (*option.opts, *option.secondary_opts)
                kinds = [""] if option.is_flag else [f" {kind}" for kind in _kinds(option)]
                yield from (f"{path} {name}{kind}" for name, kind in product(names, kinds))


def _kinds(parameter: click.Parameter) -> list[str]:
    kind = parameter.type
    return [str(each) for each in kind.choices] if isinstance(kind, click.Choice) else [kind.name]


def settings(_site: Site) -> Iterator[str]:
    """`PASS_PRICE_CENTS (pass_price_cents) = 499`: the environment's name, the file's, what it is when unset."""
    for field, info in Settings.model_fields.items():
        default = info.get_default(call_default_factory=True, validated_data={})
        if field == "slots":
            yield from (f"[slots.{name}]" for name in default)
            yield from (f"[slots.…] {name}" for name in type(next(iter(default.values()))).model_fields)
        elif field == "network_ad":
            yield from (f"[network_ad] {name}" for name in type(default).model_fields)
        elif field == "footer_links":
            yield "[footer_links]"
        elif field != "demo":  # a flag of `carrel`, which no operator sets
            names = [name for name in (f"CARREL_{field.upper()}", field.upper()) if is_read(name)]
            yield f"{' or '.join(names)} ({field}) = {_plain(default)}"


def _plain(default: object) -> str:
    return ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)


def schema(_site: Site) -> Iterator[str]:
    """What the migrations make of an empty database."""
    with tempfile.TemporaryDirectory(prefix="contract-") as folder, open_empty(Path(folder)) as db:
        yield from schema_of(db)


def schema_of(db: Database) -> Iterator[str]:
    """`reader.email VARCHAR(254)`: columns with their types, keys, what is unique, indexes, triggers."""
    look = inspect(db.engine)
    for table in look.get_table_names():
        if table.startswith("article_search"):  # SQLite's own tables of its text index
            continue
        for column in look.get_columns(table):
            must = "" if column["nullable"] else " NOT NULL"
            yield f"{table}.{column['name']} {column['type']}{must}"
        yield f"{table} PRIMARY KEY {_names(look.get_pk_constraint(table)['constrained_columns'])}"
        for unique in look.get_unique_constraints(table):
            yield f"{table} UNIQUE {_names(unique['column_names'])}"
        for index in look.get_indexes(table):
            kind = "UNIQUE INDEX" if index["unique"] else "INDEX"
            yield f"{table} {kind} {index['name']} {_names(index['column_names'])}"
        for key in look.get_foreign_keys(table):
            to = f"{key['referred_table']} {_names(key['referred_columns'])}"
            yield f"{table} FOREIGN KEY {_names(key['constrained_columns'])} TO {to}"
    with db.read() as session:
        triggers = session.execute(text("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"))
        yield from (f"{table} TRIGGER {name}" for table, name in triggers)


def _names(columns: list[str] | list[str | None]) -> str:
    return f"({', '.join(map(str, columns))})"


def cookies(site: Site) -> Iterator[str]:
    """The names that the privacy page lists: on https, and on a loopback address without it."""
    yield from (f"https: {name}" for name in _kept_names(site))
    with (
        tempfile.TemporaryDirectory(prefix="contract-") as folder,
        open_home(Path(folder), LOOPBACK) as local,
    ):
        yield from (f"loopback http: {name}" for name in _kept_names(local))


def _kept_names(site: Site) -> list[str]:
    page = site.browser().get("/privacy/").text
    names = re.findall(r"<code>([\w-]+)</code>", page)
    assert names, "the privacy page lists nothing"
    return names


def mails(site: Site) -> Iterator[str]:
    """Headers of a mail to one person, and of a digest. A Message-ID is the same whenever its row is sent."""
    site.send_everything()
    for mail in site.mail.mails:
        kind = "digest" if "List-Id" in mail.message else "mail"
        yield from (f"{kind} has {name}" for name in mail.message)
        for name in ("Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"):
            if name in mail.message:
                yield f"{kind} {name}: {mail.message[name]}"


def feeds(site: Site) -> Iterator[str]:
    """The id of each feed and of what is in it: `/atom.xml entry tag:…`."""
    for name, path in {
        "private feed": HOME["links"]["private_feed"],
        **{path: path for path in FEEDS},
    }.items():
        page = site.browser().get(path)
        if page.status_code == 200:
            ids = _json_ids if path.endswith("json") else _xml_ids
            yield from (f"{name} {each}" for each in ids(page.text))


def webhooks(_site: Site) -> Iterator[str]:
    """The types of events that we act on."""
    yield from WEBHOOK_EVENTS


def _json_ids(body: str) -> Iterator[str]:
    yield from (f"item {item['id']}" for item in json.loads(body)["items"])


def _xml_ids(body: str) -> Iterator[str]:
    root = ElementTree.fromstring(body.encode())
    for guid in root.iter("guid"):
        yield f"item {guid.text} isPermaLink={guid.get('isPermaLink')}"
    yield from (f"feed {each.text}" for each in root.findall(f"{ATOM}id"))
    yield from (f"entry {each.text}" for each in root.iterfind(f"{ATOM}entry/{ATOM}id"))


LOOKS: dict[str, Callable[[Site], Iterator[str]]] = {
    look.__name__: look for look in (routes, commands, settings, schema, cookies, mails, feeds, webhooks)
}
