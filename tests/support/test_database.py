"""Fresh PostgreSQL databases for tests, quickly: one for each worker, emptied instead of made anew."""

import uuid

import psycopg
from sqlalchemy import make_url

from website.db import Database
from website.migrations import migrate

# Everything goes, triggers asleep; then what the migrations had put there comes back.
EMPTY = """
DO $$
DECLARE each record;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', each.tablename);
    END LOOP;
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'seed' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM seed.%I', each.tablename, each.tablename);
    END LOOP;
    PERFORM setval(format('public.%I', sequencename)::regclass, 1, false)
        FROM pg_sequences WHERE schemaname = 'public';
END $$
"""
REMEMBER = """
DO $$
DECLARE each record; filled boolean;
BEGIN
    CREATE SCHEMA seed;
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', each.tablename) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE seed.%I AS TABLE public.%I', each.tablename, each.tablename);
        END IF;
    END LOOP;
END $$
"""


class TestDatabase:
    """A database of its own in the cluster of this run."""

    __test__ = False

    def __init__(self, cluster: str) -> None:
        self._cluster = make_url(cluster)
        self._name = f"test_{uuid.uuid4().hex[:12]}"

    def create(self) -> str:
        """Make and migrate it; its address."""
        url = self._cluster.set(database=self._name).render_as_string(hide_password=False)
        with psycopg.connect(
            self._cluster.render_as_string(hide_password=False), autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {self._name}")
        db = Database(url)
        migrate(db)
        db.close()
        _run(url, REMEMBER)
        return url


def empty(url: str) -> None:
    """Make it as it was after its migrations; whoever is still connected is sent away."""
    _run(url, EMPTY)


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
