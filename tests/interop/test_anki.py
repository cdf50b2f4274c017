"""A real Anki imports our file, its owner reviews, we edit, Anki imports again: the same cards, with their reviews."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from anki.collection import Collection
from anki.import_export_pb2 import ImportCsvRequest, ImportResponse

from tests.articles.exports.conftest import WriteItems
from tests.articles.items import ALL, CARD, TERM

pytestmark = pytest.mark.interop
NOTES = 8  # in ALL


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """An empty collection, as a new Anki makes it."""
    collection = Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def bring_in(collection: Collection, file: str, folder: Path) -> ImportResponse.Log:
    """Import the file with what its headers say and Anki proposes, as its import dialog does."""
    path = folder / "anki.txt"
    path.write_text(file, encoding="utf-8", newline="")
    metadata = collection.get_csv_metadata(str(path), None)
    log: ImportResponse.Log = collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)).log
    return log


def review_all(collection: Collection) -> int:
    """Answer every card that is due, with "good". How many."""
    count = 0
    while card := collection.sched.getCard():
        collection.sched.answerCard(card, 3)
        count += 1
        if count > 200:
            pytest.fail("Anki does not come to an end")
    return count


def test_anki_understands_the_headers(
    collection: Collection, tmp_path: Path, write_items: WriteItems
) -> None:
    path = tmp_path / "anki.txt"
    path.write_text(write_items(), encoding="utf-8")
    metadata = collection.get_csv_metadata(str(path), None)
    assert (metadata.is_html, metadata.guid_column, metadata.tags_column) == (True, 1, 4)
    assert metadata.deck_name == "Certified CPB" or metadata.deck_id
    assert metadata.global_notetype.id == collection.models.by_name("Basic")["id"]
    assert list(metadata.global_notetype.field_columns) == [2, 3]


def test_every_item_becomes_a_card(collection: Collection, tmp_path: Path, write_items: WriteItems) -> None:
    log = bring_in(collection, write_items(), tmp_path)
    assert (len(log.new), len(log.updated), len(log.conflicting)) == (NOTES, 0, 0)
    assert len(collection.find_cards('deck:"Certified CPB"')) == NOTES
    assert len(collection.find_notes("tag:cpb::article::clean-claims")) == NOTES
    assert {collection.get_note(note).guid for note in collection.find_notes("")} >= {
        "carrel:cpb/panel",
        "carrel:cpb/cmp",
    }


def test_an_edited_item_is_the_same_card_with_its_reviews(
    collection: Collection,
    tmp_path: Path,
    write_items: WriteItems,
) -> None:
    bring_in(collection, write_items(), tmp_path)
    cards = sorted(collection.find_cards(""))
    collection.decks.select(collection.decks.id("Certified CPB"))
    assert review_all(collection) >= NOTES
    reviews = collection.db.all("select id, cid, ease from revlog order by id")
    states = collection.db.all("select id, type, queue, due, ivl, reps from cards order by id")

    log = bring_in(
        collection, write_items(ALL.replace("95 percent.", '96 percent, "as\tit" says.')), tmp_path
    )
    assert (len(log.new), len(log.updated)) == (0, 1)
    assert sorted(collection.find_cards("")) == cards
    assert collection.db.all("select id, cid, ease from revlog order by id") == reviews
    assert collection.db.all("select id, type, queue, due, ivl, reps from cards order by id") == states
    (edited,) = (collection.get_note(one) for one in collection.find_notes("96 percent"))
    assert edited.guid == "carrel:cpb/percent"
    assert "95" not in edited["Back"]


def test_the_same_file_again_changes_nothing(
    collection: Collection, tmp_path: Path, write_items: WriteItems
) -> None:
    file = write_items()
    bring_in(collection, file, tmp_path)
    log = bring_in(collection, file, tmp_path)
    assert len(log.new) == 0
    assert collection.card_count() == NOTES


def test_two_items_with_the_same_front_stay_two(
    collection: Collection, tmp_path: Path, write_items: WriteItems
) -> None:
    twin = CARD.replace("card percent", "card percent-too").replace("95", "85")
    for _ in range(2):
        bring_in(collection, write_items(CARD + twin + TERM), tmp_path)
    assert collection.card_count() == 3
