import tomllib
from importlib.resources import files

import pytest

from pipeline.errors import BadData
from pipeline.records import Truth
from pipeline.stage import Resources
from stages.language.english import parse
from stages.resources.concepts import Concepts, ConceptsConfig
from stages.resources.parses import Parses

TRUTH = (
    Truth("a", ("A brown dog sits on the grass.", "Two dogs are sitting near a red car.")),
    Truth("b", ("A picture of men riding a bike.", "A man rides his bicycle quickly.")),
    Truth("c", ("A dog is running.", "Dogs ran to the 2 cars!")),
    Truth("d"),
)


def _fitted(truth=TRUTH, **options):
    parses = Parses(None).fit(truth, Resources())
    return Concepts(ConceptsConfig(**{"min_photos": 1} | options)).fit(truth, Resources({"parses": parses}))


@pytest.fixture(scope="module")
def concepts():
    return _fitted()


def test_plurals_and_tenses_are_one_concept(concepts):
    counts = dict(zip(concepts.names_, concepts.counts_, strict=True))
    assert counts["dog"] == 4
    assert (counts["sit"], counts["ride"], counts["run"], counts["car"]) == (2, 2, 2, 2)
    assert not {"dogs", "sits", "sitting", "riding", "ran", "cars"} & set(concepts.names_)


def test_every_part_of_speech_counts_but_no_closed_class(concepts):
    assert {"dog", "sit", "brown", "red", "quickly", "grass"} <= set(concepts.names_)
    assert not {"a", "the", "on", "near", "two", "2", "his", "to", "be", "of", ".", "!"} & set(concepts.names_)


def test_order_is_by_count_and_then_by_alphabet(concepts):
    ranked = sorted(zip(concepts.names_, concepts.counts_, strict=True), key=lambda pair: (-pair[1], pair[0]))
    assert tuple(name for name, _ in ranked) == concepts.names_


def test_hand_edits_merge_and_drop_and_are_kept(concepts):
    counts = dict(zip(concepts.names_, concepts.counts_, strict=True))
    assert counts["bicycle"] == counts["man"] == 2
    assert not {"bike", "picture"} & set(counts)
    assert ("bike", "bicycle", 1) in concepts.edits_
    assert ("picture", "", 1) in concepts.edits_


def test_only_the_most_frequent_are_kept():
    assert _fitted(count=1).names_ == ("dog",)


def test_a_word_said_again_and_again_of_one_photo_is_no_concept():
    assert "grass" not in _fitted(min_photos=2).names_
    assert "dog" in _fitted(min_photos=2).names_
    with pytest.raises(BadData, match="min_photos"):
        _fitted(min_photos=50)


def test_captions_are_read_as_they_were_counted(concepts):
    said = concepts.said(parse(["A guy riding bikes.", "An unheard umbrella."]))
    assert {concepts.names_[place] for place in said} == {"man", "ride", "bicycle"}


def test_edits_of_your_own_take_the_place_of_the_projects(tmp_path):
    own = tmp_path / "edits.toml"
    own.write_text('drop = ["dog"]\n[merge]\nvehicle = ["car", "bicycle", "bike"]\n')
    concepts = _fitted(edits=str(own))
    assert "vehicle" in concepts.names_
    assert not {"dog", "car"} & set(concepts.names_)


@pytest.mark.parametrize("text", ["drop = [", 'drop = ["a"]', "[merge]\n", 'drop = ["a"]\nmerge = 3'])
def test_edits_in_no_format_are_refused(tmp_path, text):
    own = tmp_path / "edits.toml"
    own.write_text(text)
    with pytest.raises(BadData, match="edits of concepts"):
        _fitted(edits=str(own))


def test_saved_and_loaded_it_is_the_same(concepts, tmp_path):
    concepts.save_state(tmp_path)
    again = Concepts(concepts.config).load_state(tmp_path)
    assert vars(again).keys() >= {"names_", "counts_", "edits_", "merges_", "drops_"}
    assert (again.names_, again.counts_, again.edits_) == (concepts.names_, concepts.counts_, concepts.edits_)
    assert again.said(parse(["A guy."])) == concepts.said(parse(["A guy."]))


def test_no_word_is_both_kept_and_dropped_by_the_shipped_edits():
    table = tomllib.loads(files("stages.resources").joinpath("concept_edits.toml").read_text())
    variants = [variant for group in table["merge"].values() for variant in group]
    assert len(variants) == len(set(variants))
    assert not (set(variants) | set(table["merge"])) & set(table["drop"])
    assert not set(variants) & set(table["merge"])
