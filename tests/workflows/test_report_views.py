"""What the views of systems and the galleries say: ranks, shares, words, and the photos chosen."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.records import Caption, Scene, Score
from tests.workflows.test_report import Page, comparison, words
from workflows.report.comparison import Comparison
from workflows.report.galleries import galleries, section
from workflows.report.page import render
from workflows.report.section import Section
from workflows.report.shots import MOST_SHOWN, most, typical
from workflows.report.systems import parts, standings, views
from workflows.report.wording import LONGEST, wording


def test_the_most_the_least_and_the_middle_are_chosen_and_equals_go_by_id() -> None:
    values = {place: float(place // 2) for place in range(20)}
    ids = [f"photo {99 - place}" for place in range(20)]
    assert most(values, ids) == [19, 18, 17, 16, 15, 14]
    assert most(values, ids, least=True) == [1, 0, 3, 2, 5, 4]
    assert typical(values, ids) == [6, 9, 8, 11, 10, 13]  # of 1, 0, 3, 2 ... 19, 18 without seven at either end
    assert typical({3: 0.5}, ids) == [3]


def test_a_standing_is_ranked_by_what_is_better() -> None:
    def scores(cider: float, perplexity: float, words: float) -> list[Score]:
        named = (("CIDEr-D", cider), ("perplexity", perplexity), ("words", words))
        return [Score(name, value, "all", "f") for name, value in named]

    systems = [scores(0.5, 20.0, 9.0), scores(0.9, 60.0, 12.0), scores(0.1, 100.0, 10.0)]
    cider, perplexity, length = standings(systems[0], systems)
    assert (cider.rank, cider.at, cider.others) == ("2 of 3", 0.5, (0.0, 0.5, 1.0))
    assert (perplexity.rank, perplexity.at) == ("1 of 3", 1.0)
    assert perplexity.others == (1.0, 0.5, 0.0)
    assert length.rank == ""
    (lone,) = standings([Score("CIDEr-D", 0.5, "all", "f"), Score("METEOR", None, "all", "f")], [systems[0]])
    assert (lone.rank, lone.text, lone.at) == ("", "0.500", 0.5)
    (lone,) = standings([Score("CIDEr-D", 0.5, "all", "g")], [[Score("CIDEr-D", 0.5, "all", "g")], *systems])
    assert (lone.rank, lone.at, lone.others) == ("", 0.5, (0.5,))  # nobody else was scored alike


def test_a_system_that_did_not_see_all_photos_says_so_and_has_no_rank_among_those_that_did(tmp_path: Path) -> None:
    told = {system.name: body for system, body in views(comparison(tmp_path))}
    (part,) = [body for body in told.values() if "scored on 2 of 4 photos" in body]
    assert " of " not in "".join(re.findall("<td>[^<]*</td></tr>", part))
    assert '<svg class="among"' not in part
    assert "3 of 3</td>" in told["babytalk"]


def test_a_lone_system_says_nothing_that_no_other_says(tmp_path: Path) -> None:
    made = comparison(tmp_path)
    ((_, body),) = views(replace(made, systems=made.systems[:1]))
    assert "no other system" not in body


def test_parts_say_who_else_has_the_same_stage(tmp_path: Path) -> None:
    made = comparison(tmp_path, photos=1)
    found = {part.field: part for part in parts(made, made.systems[1])}
    assert (found["detections"].shared, found["detections"].truth) == ((), True)
    assert (found["graph"].shared, found["graph"].truth) == (("babytalk",), False)


def test_words_are_counted_against_peoples_and_the_others() -> None:
    said = wording(["A dog and a dog.", "A cat."], ["A dog runs."], ["the cat"])
    assert said is not None
    assert (said.words, said.different, said.mean, said.their_mean) == (7, 4, 3.5, 3.0)
    assert said.lengths[1] == said.lengths[4] == 0.5
    assert said.theirs[2] == sum(said.theirs) == 1.0
    # of a thousand: a 3/7 against 1/3, and 1/7 against none, cat 1/7 against none; dog is said less than people say it
    assert [word for word, _, _ in said.liked] == ["and", "cat", "a"]
    assert said.liked[2][1:] == pytest.approx((3000 / 7, 1000 / 3))
    assert said.alone == (("a", 3), ("dog", 2), ("and", 1))
    assert wording(["", "..."], ["a dog"], []) is None


def test_a_caption_of_very_many_words_stands_with_the_longest() -> None:
    said = wording(["word " * 99], [], [])
    assert said is not None
    assert (said.lengths[LONGEST - 1], said.theirs, said.their_mean, said.liked) == (1.0, (), None, ())


@pytest.fixture
def three(tmp_path: Path) -> Comparison:
    """Three photos: all agree on the first; on the last two of three systems share nothing; one system is people."""
    made = comparison(tmp_path, photos=3)
    said = {
        "one": ("a dog", "a dog", "a dog runs"),
        "two": ("a dog", "a cat", "two cats"),
        "people": ("a dog", "a dog", "a dog runs here"),
    }
    scores = {"one": (0.9, 0.25, 0.5), "two": (0.7, 0.5, 0.125), "people": (0.0, 9.0, 0.0)}
    systems = tuple(
        replace(
            made.systems[0],
            name=name,
            stages={"captions": "human" if name == "people" else "template"},
            scores=(
                Score(
                    "CIDEr-D",
                    0.5,
                    "all",
                    "f",
                    dict(zip((image.id for image in made.images), scores[name], strict=True)),
                ),
            ),
            scenes=[
                Scene(image, {"captions": (Caption(text, words(text)),)})
                for image, text in zip(made.images, texts, strict=True)
            ],
        )
        for name, texts in said.items()
    )
    return replace(made, systems=systems)


def test_galleries_show_where_systems_part_and_the_best_and_the_worst_of_those_that_contend(three: Comparison) -> None:
    disagreed, best, worst = galleries(three)
    assert [shot.id for shot in disagreed.shots] == ["scene_0002", "scene_0001"]
    assert disagreed.shots[0].said == (("one", "a dog runs"), ("two", "two cats"))
    assert [(shot.id, shot.value) for shot in best.shots] == [
        ("scene_0000", pytest.approx(0.8)),
        ("scene_0001", 0.375),
        ("scene_0002", 0.3125),
    ]
    assert best.shots[1].said == (("two", "a cat"),)
    assert worst.shots[0].said == (("two", "two cats"),)
    assert all(len(gallery.shots) <= MOST_SHOWN for gallery in (disagreed, best, worst))


def test_without_numbers_there_is_no_gallery(three: Comparison) -> None:
    alone = replace(three, systems=(replace(three.systems[0], scores=()),))
    assert section(alone) is None


def test_every_system_has_a_view_that_its_row_and_the_index_lead_to(three: Comparison) -> None:
    page = Page(render(three))
    ids = {str(attributes.get("id")) for _, attributes in page.tags}
    links = {str(attributes.get("href")) for tag, attributes in page.tags if tag == "a"}
    for name in ("one", "two", "people"):
        assert f"system/{name}" in ids
        assert f"#system/{name}" in links
    assert "#photo/scene_0002" in links
    assert {"Best", "Worst", "Most typical", "Its words"} <= set(page.text.split("\n"))


def test_a_part_of_ones_own_is_a_function_named_in_the_list(three: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "workflows.report.sections.SECTIONS", (lambda given: Section("mine", f"Mine of {given.split}", "<p>here</p>"),)
    )
    page = Page(render(three))
    assert ("h2", {"id": "mine-title"}) in page.tags
    assert "Mine of test" in page.text
