"""The ledger is append-only, refunds never exceed their payment, and an order's price is fixed

SQLite rebuilds a table to change it and forgets its triggers: a later migration of these tables makes
them anew by calling `protect`.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("payment", "refund", "dispute", "pass_grant")
# Two readers who turn out to be one: the gift follows. All else in the ledger stays as it was written.
COLUMNS_OF_A_GRANT = (
    "id, kind, payment_id, checkout_session_id, payment_intent, withdraws_id, actor, reason, recorded_at"
)
FIXED_IN_AN_ORDER = "id, reference, price_cents, currency, title, created_at"
GIVEN_BACK_BY_OTHERS = """
    SELECT coalesce(sum(r.amount_cents), 0) FROM refund r
    WHERE r.payment_id = NEW.payment_id AND r.stripe_id <> NEW.stripe_id
    AND r.status NOT IN ('failed', 'canceled')
    AND r.seq = (SELECT max(latest.seq) FROM refund latest WHERE latest.stripe_id = r.stripe_id)
"""
TOO_MUCH = f"""
    NEW.status NOT IN ('failed', 'canceled') AND NEW.amount_cents + ({GIVEN_BACK_BY_OTHERS})
    > (SELECT p.amount_cents FROM payment p WHERE p.id = NEW.payment_id)
"""  # noqa: S608 - made of constants


def upgrade() -> None:
    protect(op.get_bind().dialect.name)


def protect(dialect: str) -> None:
    """Put the triggers on the tables."""
    (_on_sqlite if dialect == "sqlite" else _on_postgres)()


def _on_sqlite() -> None:
    for table in APPEND_ONLY:
        columns = f" OF {COLUMNS_OF_A_GRANT}" if table == "pass_grant" else ""
        _refuse(f"{table}_is_kept", f"DELETE ON {table}", "the ledger is append-only")
        _refuse(f"{table}_is_fixed", f"UPDATE{columns} ON {table}", "the ledger is append-only")
    _refuse("order_is_fixed", f"UPDATE OF {FIXED_IN_AN_ORDER} ON pass_order", "an order is fixed")
    _refuse("refund_in_bounds", "INSERT ON refund", "refunds exceed the payment", f"WHEN {TOO_MUCH}")


def _refuse(name: str, when: str, why: str, only: str = "") -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} {only} BEGIN SELECT RAISE(ABORT, '{why}'); END")


def _on_postgres() -> None:
    op.execute("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
    """)
    op.execute(f"""
        CREATE FUNCTION refund_in_bounds() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {TOO_MUCH} THEN
                RAISE EXCEPTION 'refunds exceed the payment' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    for table in APPEND_ONLY:
        columns = f" OF {COLUMNS_OF_A_GRANT}" if table == "pass_grant" else ""
        _call(f"{table}_is_kept", f"DELETE ON {table}", "refuse('the ledger is append-only')")
        _call(f"{table}_is_fixed", f"UPDATE{columns} ON {table}", "refuse('the ledger is append-only')")
    _call("order_is_fixed", f"UPDATE OF {FIXED_IN_AN_ORDER} ON pass_order", "refuse('an order is fixed')")
    _call("refund_in_bounds", "INSERT ON refund", "refund_in_bounds()")


def _call(name: str, when: str, function: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION {function}")
