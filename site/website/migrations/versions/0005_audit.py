"""The audit log is append-only: what an operator did stays as it was written, in an erasure too (it holds no address of a reader)"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHY = "the audit log is append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, verb in (("audit_is_kept", "DELETE"), ("audit_is_fixed", "UPDATE")):
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON audit_entry BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
            )
        return
    # By statement, which TRUNCATE needs; `refuse` is of 0004.
    for name, verb in (("audit_is_kept", "DELETE OR TRUNCATE"), ("audit_is_fixed", "UPDATE")):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse('{WHY}')"
        )
