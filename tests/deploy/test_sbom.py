"""`make sbom`: every pinned package of a site, in a form that the official schema accepts."""

import json
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.outside
ROOT = Path(__file__).parents[2]


def wrong_in(text: str) -> object:
    """What the official schema finds wrong; None if nothing."""
    from cyclonedx.schema import SchemaVersion  # here, as every worker would wait a second for it
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)


def test_the_bill_of_materials_names_every_pin_and_is_valid(tmp_path: Path) -> None:
    made = tmp_path / "carrel.cdx.json"
    command = ["make", "--silent", "--old-file=install-test", "sbom", f"SBOM={made}"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    text = made.read_text("utf-8")
    assert wrong_in(text) is None
    bill = json.loads(text)
    assert bill["metadata"]["component"]["name"] == "carrel"
    pins = re.findall(
        r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", (ROOT / "deploy" / "requirements.txt").read_text(), re.M
    )
    assert len(pins) > 30
    assert {(each["name"], each["version"]) for each in bill["components"]} == set(pins)
    assert all(each["externalReferences"][0]["hashes"] for each in bill["components"])


def test_the_schema_does_refuse_what_is_wrong() -> None:
    wrong = '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library"}]}'
    assert wrong_in(wrong) is not None
