"""The release before must be able to go on over a schema that was just migrated: expand first, contract a release later.

A migration after the first release may only add. One that takes away says whose expansion it ends:
`CONTRACTS = "0007"`, a revision of an earlier release (DATA-14).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from website import migrations

FOLDER = Path(migrations.__file__).parent / "versions"
OF_THE_FIRST_RELEASE = {"0001", "0002", "0003", "0004"}
TAKES_AWAY = {"drop_table", "drop_column", "rename_table", "drop_constraint"}
CHANGES = {"nullable", "new_column_name", "type_"}


def troubles(source: str) -> list[str]:
    """What in a migration would stop the release before, in words."""
    tree = ast.parse(source)
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    return [] if "CONTRACTS" in names else list(_in(upgrade))


def _in(tree: ast.AST) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if name in TAKES_AWAY:
            yield f"{name} takes away what the release before uses"
        if name == "alter_column" and CHANGES & given.keys():
            yield "alter_column changes what the release before relies on"
        if (
            name == "Column"
            and _is_false(given.get("nullable"))
            and "server_default" not in given
            and _is_added(tree, call)
        ):
            yield "a new column without a default: the release before cannot write the table"


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _is_added(tree: ast.AST, column: ast.Call) -> bool:
    """Whether it goes into a table that is there already."""
    adding = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_column"
    )
    return any(column in ast.walk(call) for call in adding)


def later() -> list[Path]:
    return [path for path in sorted(FOLDER.glob("0*.py")) if path.name[:4] not in OF_THE_FIRST_RELEASE]


def test_data_14_every_migration_after_the_first_release_only_adds() -> None:
    assert {path.name: troubles(path.read_text("utf-8")) for path in later()} == {
        path.name: [] for path in later()
    }


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("op.add_column('reader', sa.Column('x', sa.String(4), nullable=True))", 0),
        ("op.add_column('reader', sa.Column('x', sa.Boolean(), nullable=False, server_default='0'))", 0),
        ("op.create_table('x', sa.Column('id', sa.Integer(), nullable=False))", 0),
        ("op.add_column('reader', sa.Column('x', sa.String(4), nullable=False))", 1),
        ("batch.drop_column('email')", 1),
        ("op.rename_table('reader', 'person')", 1),
        ("batch.alter_column('email', nullable=False)", 1),
    ],
)
def test_the_rule_sees_what_it_is_there_to_see(statement: str, found: int) -> None:
    source = f"def upgrade():\n    {statement}\n"
    assert len(troubles(source)) == found
    assert troubles(f"CONTRACTS = '0005'\n{source}") == []
