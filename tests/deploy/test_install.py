"""Setting up on a machine that lacks something: one clear sentence, and a failure that make sees."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

INSTALL = Path(__file__).parents[2] / "deploy" / "install.py"


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script, over an empty folder."""
    spec = importlib.util.spec_from_file_location("install", INSTALL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(module, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    return module


def test_an_old_python_is_told_which_one_is_needed(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match="1"):
        install.check_machine()
    assert "needs Python 3.11 or later; this is 3.9" in capsys.readouterr().err


def test_a_read_only_folder_is_named(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install.os, "access", lambda _path, _mode: False)
    with pytest.raises(SystemExit, match="1"):
        install.check_machine()
    assert "is not writable" in capsys.readouterr().err


def test_a_full_disk_is_seen_before_anything_is_installed(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "NEEDED_BYTES", 1 << 60)
    with pytest.raises(SystemExit, match="1"):
        install.check_machine()
    assert "nearly full" in capsys.readouterr().err


def test_debians_missing_venv_is_named_with_its_package(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "has", lambda _module: False)
    with pytest.raises(SystemExit, match="1"):
        install.make_venv()
    assert "apt install python3-venv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stderr", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: No matching distribution found for flask", "No matching distribution found for flask"),
        ("", "no reason was given"),
    ],
)
def test_a_failed_installation_says_why(
    install: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stderr: str,
    sentence: str,
) -> None:
    failed = install.subprocess.CompletedProcess([], 1, "", stderr)
    monkeypatch.setattr(install.subprocess, "run", lambda *_args, **_kwargs: failed)
    with pytest.raises(SystemExit, match="1"):
        install.pip("x")
    assert sentence in capsys.readouterr().err


def test_what_is_installed_already_is_not_installed_again(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / ".venv").mkdir()
    for name in ("deploy/requirements-build.txt", "deploy/requirements-demo.txt", "pyproject.toml"):
        (tmp_path / name).write_text("x")
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(install, "pip", lambda *arguments: calls.append(arguments))
    install.install("demo")
    install.install("demo")
    assert len(calls) == 3  # what builds, the pins, then Carrel itself; nothing the second time
    (tmp_path / "pyproject.toml").write_text("changed")
    install.install("demo")
    assert len(calls) == 6


@pytest.mark.parametrize(
    ("kind", "writes", "compiled"),
    [("demo", True, False), ("test", True, False), ("demo", False, True), ("run", True, True)],
)
def test_a_site_is_compiled_at_once_and_all_else_as_it_goes(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, kind: str, writes: bool, compiled: bool
) -> None:
    monkeypatch.setattr(install.sys, "dont_write_bytecode", not writes)
    assert ("--no-compile" not in install.compiling(kind)) == compiled


def test_an_old_python_can_read_the_script() -> None:
    ast.parse(INSTALL.read_text("utf-8"), feature_version=(3, 4))
