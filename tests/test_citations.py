"""What comments, test names and documents cite is explained in docs/, and docs/ explains nothing that nobody cites."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ["site", "articles", "payments", "newsletter", "tests", "deploy", "docs"]
KINDS = {".py", ".html", ".txt", ".xml", ".js", ".css", ".md", ".toml", ".sh", ".conf", ".service", ".timer"}
REQUIREMENTS = ROOT / "docs" / "requirements.md"
DECISIONS = ROOT / "docs" / "decisions"
INDEX = DECISIONS / "README.md"
PROMISES = {f"N{number}" for number in range(1, 11)}
AREAS = "MAIL|PAY|CON|AUTH|WEB|DATA|MF|PF|PRIV|A11Y"
IN_PROSE = re.compile(rf"\b(?:(?:{AREAS})-\d\d|N(?:10|[1-9])|ASVS \d+(?:\.\d+)*)\b")
IN_NAMES = re.compile(rf"(?<=_)(?:(?:{AREAS.lower()})_\d\d|n(?:10|[1-9])|asvs(?:_\d+)+)(?=_)")
LINE = re.compile(r"^- \*\*(.+?)\*\* (.+)$", re.MULTILINE)
RECORD = re.compile(r"^\| \[(\d+)\]\((\d{4}-[\w-]+\.md)\) \| (.+) \|$", re.MULTILINE)
# Notes of those who designed Carrel. They are not in the repository, so a reader cannot look them up.
ELSEWHERE = re.compile(
    r"(?<![\w-])(?:house|design|anchors|facts|newcomer|corpora|peers)\.md|(?:stripe|security)-audit"
)


def files() -> Iterator[Path]:
    """Whatever may cite: the code, its tests and documents. Articles are about something else."""
    yield from [*ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"]
    for source in SOURCES:
        yield from (path for path in (ROOT / source).rglob("*") if path.suffix in KINDS and path.is_file())


SKIPPED = [ROOT / "articles" / "content", Path(__file__)]
TEXTS = {
    path.relative_to(ROOT): path.read_text("utf-8")
    for path in files()
    if not any(path.is_relative_to(skipped) for skipped in SKIPPED)
}


def id_of(name: str) -> str:
    """`MAIL-22` for `mail_22`, `N8` for `n8`, `ASVS 1.2.3` for `asvs_1_2_3`."""
    area, _, number = name.upper().partition("_")
    return f"ASVS {number.replace('_', '.')}" if area == "ASVS" else f"{area}-{number}" if number else area


def requirements_in(text: str) -> set[str]:
    names = re.findall(r"\btest_\w+", text)
    return set(IN_PROSE.findall(text)) | {id_of(each) for name in names for each in IN_NAMES.findall(name)}


def cited(pattern: str) -> set[str]:
    """The first group of `pattern`, wherever it is found."""
    return {number for text in TEXTS.values() for number in re.findall(pattern, text)}


def missing(paths: Iterable[str]) -> set[str]:
    return {path for path in paths if not (ROOT / path).exists()}


def test_every_kind_of_citation_is_found() -> None:
    text = "(MAIL-01, ASVS 1.2.10; N10, N818, SHA-25). def test_n8_pf_07_asvs_3_4_it_holds"
    assert requirements_in(text) == {"MAIL-01", "ASVS 1.2.10", "N10", "N8", "PF-07", "ASVS 3.4"}


def test_every_requirement_that_is_cited_is_explained_and_no_other() -> None:
    explained = [number for number, _ in LINE.findall(REQUIREMENTS.read_text("utf-8"))]
    used = set().union(
        *(requirements_in(text) for path, text in TEXTS.items() if ROOT / path != REQUIREMENTS)
    )
    assert len(used) > 150
    assert sorted(used - set(explained)) == []
    assert sorted(set(explained) - used - PROMISES) == []
    assert set(explained) >= PROMISES
    assert len(explained) == len(set(explained))


def test_a_requirement_is_a_short_sentence() -> None:
    lines = LINE.findall(REQUIREMENTS.read_text("utf-8"))
    assert [number for number, line in lines if len(line.split()) > 25 or not line.endswith(".")] == []


def test_every_decision_that_is_cited_is_in_the_index() -> None:
    decisions = re.findall(r"^(\d+)\. \*\*", INDEX.read_text("utf-8"), re.MULTILINE)
    assert decisions == [str(number) for number in range(1, len(decisions) + 1)]
    used = cited(r"\b[Dd]ecision (\d+)\b") | cited(r"_decision_(\d+)_")
    assert len(used) > 10
    assert used - set(decisions) == set()


def test_every_record_is_in_the_index_under_its_own_title() -> None:
    rows = RECORD.findall(INDEX.read_text("utf-8"))
    records = {path.name: path.read_text("utf-8").splitlines()[0] for path in DECISIONS.glob("[0-9]*.md")}
    assert {name: f"# {number}. {title}" for number, name, title in rows} == records
    numbers = [int(name[:4]) for _, name, _ in rows]  # with gaps while branches have some of them
    assert numbers == sorted(set(numbers))
    assert cited(r"\bADR (\d+)\b") - {number for number, _, _ in rows} == set()


def test_every_document_that_is_cited_is_there() -> None:
    assert missing(cited(r"(?<![\w/.-])(docs/[\w/-]+\.md)\b")) == set()
    names = {path: ELSEWHERE.findall(text) for path, text in TEXTS.items()}
    assert {path: found for path, found in names.items() if found} == {}


def test_every_file_of_the_architecture_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    paths = set(re.findall(r"`((?:site|articles|payments|newsletter|docs)/[\w/.-]+)`", text))
    assert len(paths) > 50
    assert {path for path in paths if not (ROOT / path).exists()} == set()


def test_every_proof_of_the_threat_model_is_there() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    named = re.findall(r"`([\w/.-]+\.py|tests/[\w/]+/)`", text)
    assert len(named) > 10
    proofs = {each if "/" in each else f"tests/security/{each}" for each in named}
    assert {proof for proof in proofs if not (ROOT / proof).exists()} == set()


def test_a_walk_has_at_most_eight_stops() -> None:
    walks = (
        (ROOT / "docs" / "architecture.md")
        .read_text("utf-8")
        .partition("## Four walks")[2]
        .partition("\n## ")[0]
    )
    stops = [len(re.findall(r"^\d+\. ", walk, re.MULTILINE)) for walk in walks.split("\n**")[1:]]
    assert len(stops) == 4
    assert max(stops) <= 8
