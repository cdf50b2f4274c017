"""Fresh PostgreSQL databases for tests, quickly: one for each worker, emptied instead of made anew."""

import uuid
from functools import cache

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from carrel.db import Database
from website.migrations import migrate

# Everything goes, triggers asleep; then what the migrations had put there comes back. It is written out once as a
# function, table by table: its plans are kept by the connection, and are what would cost.
REMEMBER = """
DO $$
DECLARE each record; filled boolean; steps text := '';
BEGIN
    CREATE SCHEMA seed;
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        steps := steps || format('DELETE FROM public.%I;', each.tablename);
    END LOOP;
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', each.tablename) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE seed.%I AS TABLE public.%I', each.tablename, each.tablename);
            steps := steps || format('INSERT INTO public.%I SELECT * FROM seed.%I;', each.tablename, each.tablename);
        END IF;
    END LOOP;
    FOR each IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        steps := steps || format('PERFORM setval(''public.%I'', 1, false);', each.sequencename);
    END LOOP;
    EXECUTE 'CREATE FUNCTION seed.empty() RETURNS void LANGUAGE plpgsql AS ' || quote_literal(
        'BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity '
        'WHERE datname = current_database() AND pid <> pg_backend_pid() AND (state <> ''idle'' '
        'OR pid IN (SELECT locks.pid FROM pg_locks AS locks WHERE locktype = ''advisory'')); '
        'SET LOCAL session_replication_role = replica; ' || steps || ' END');
END $$
"""
_connections: dict[str, psycopg.Connection] = {}


class TestDatabase:
    """A database of its own in the cluster of this run."""

    __test__ = False

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster

    def create(self) -> str:
        """Make it, migrated; its address."""
        return _make(self._cluster, _template(self._cluster))


@cache
def _template(cluster: str) -> str:
    """The name of a migrated database to copy: quicker than migrating each."""
    url = _make(cluster, "template1")
    db = Database(url)
    migrate(db)
    db.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(REMEMBER)
    return str(make_url(url).database)


def _make(cluster: str, template: str) -> str:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template)))
        )
    return make_url(cluster).set(database=name).render_as_string(hide_password=False)


def empty(url: str) -> None:
    """Make it as it was after its migrations; whoever has not ended a transaction is sent away."""
    try:
        _empty(url)
    except psycopg.OperationalError:  # a test has sent away our own connection too
        _connections.pop(url).close()
        _empty(url)


def _empty(url: str) -> None:
    if url not in _connections:
        _connections[url] = psycopg.connect(url, autocommit=True)
    _connections[url].execute("SELECT seed.empty()")


def leave() -> None:
    """Close what `empty` keeps open."""
    while _connections:
        _connections.popitem()[1].close()
