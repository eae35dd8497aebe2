"""Relevance and fluency in the report: tables of their own, the better of less, and the first picture."""

import math
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from pipeline.records import Score
from tests.workflows.test_report import comparison
from workflows.report.axes import apart, axes, picture
from workflows.report.comparison import Comparison
from workflows.report.page import render
from workflows.report.scatter import FRAME, NARROW, Frame, Mark, Point, scatter
from workflows.report.scores import ScoreTable

MEASURED = {  # tuple F1, CHAIR-i, perplexity, words
    "babytalk": (0.31, 0.10, 95.0, 24.0),
    "babytalk_oracle": (0.42, 0.01, 97.0, 25.0),
    "show_attend_tell": (0.22, 0.44, 21.0, 10.0),
    "human": (0.38, 0.05, 40.0, 11.0),
}
NAMES = ("tuple_f1", "CHAIR-i", "perplexity", "words")


@pytest.fixture
def measured(tmp_path: Path) -> Comparison:
    """The systems of the report's tests with these values, people's where one reference is left out alone."""
    plain = comparison(tmp_path, photos=2)
    systems = []
    for system in plain.systems:
        modes = ("leave_one_out",) if system.human else ("all", "leave_one_out")
        values = MEASURED.get(system.name)
        new = [
            Score(name, value + (mode == "all"), mode, f"print of {name}", {image.id: value for image in plain.images})
            for mode in modes
            for name, value in zip(NAMES, values or (), strict=bool(values))
        ]
        systems.append(replace(system, scores=(*system.scores, *new)))
    return replace(plain, systems=tuple(systems))


def best(table: ScoreTable) -> dict[str, list[str]]:
    columns = [name for _, names in table.groups for name in names]
    return {
        name: [row.system.name for row in table.rows if row.cells[place].best] for place, name in enumerate(columns)
    }


def test_the_choice_of_references_is_the_one_that_has_people(measured: Comparison) -> None:
    found = axes(measured)
    assert found.references == "Leave one out"
    assert [point.name for point in found.points] == list(MEASURED)
    assert [point.aside for point in found.points] == [False, True, False, True]
    assert [point.shape for point in found.points] == ["diamond", "diamond", "circle", "triangle"]


def test_captions_made_elsewhere_have_a_mark_of_their_own_and_say_how_many_they_are(measured: Comparison) -> None:
    partial = measured.systems[4]
    scored = replace(partial, scores=measured.systems[0].scores)
    points = axes(replace(measured, systems=(*measured.systems[:4], scored))).points
    assert (points[-1].name, points[-1].shape) == (f"{partial.name} (1 photo)", "square")
    page = render(replace(measured, systems=(*measured.systems[:4], scored)))
    assert "written elsewhere" in page
    assert "written elsewhere" not in render(measured)


def test_less_is_better_of_what_is_marked_so_and_length_has_no_best(measured: Comparison) -> None:
    relevance, fluency = (table for _, _, table in axes(measured).tables)
    assert best(relevance) == {"tuple_f1": ["babytalk"], "CHAIR-i \u2193": ["babytalk"]}
    assert best(fluency) == {"perplexity \u2193": ["show_attend_tell"], "words": []}
    assert [row.cells[0].text for row in fluency.rows[:4]] == ["95.000", "97.000", "21.000", "40.000"]


def test_a_photo_whose_caption_names_nothing_is_scored_all_the_same(measured: Comparison) -> None:
    def some(score: Score) -> Score:
        return replace(score, per_photo=dict([*score.per_photo.items()][:1])) if score.metric == "CHAIR-i" else score

    named, *others = measured.systems
    fewer = replace(named, scores=tuple(map(some, named.scores)))
    before, after = (axes(replace(measured, systems=(one, *others))).tables[0][2] for one in (named, fewer))
    assert [row.cells for row in after.rows] == [row.cells for row in before.rows]


def test_the_picture_alone_is_a_drawing_of_its_own_that_follows_light_and_dark(measured: Comparison) -> None:
    odd = replace(measured.systems[0], name="<b>&amp;")
    drawn = picture(replace(measured, systems=(odd, *measured.systems[1:])))
    root = ElementTree.fromstring(drawn)
    svg = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{svg}svg"
    assert set(MEASURED) - {"babytalk"} | {"<b>&amp;"} <= {item.text for item in root.iter(f"{svg}text")}
    style = "".join(item.text or "" for item in root.iter(f"{svg}style"))
    assert "prefers-color-scheme: dark" in style
    used = {name for rule in style.split(".axes")[1:] for name in re.findall(r"var\((--\w+)\)", rule)}
    assert used
    assert all(f"{name}:" in style for name in used)
    assert not re.search(r"https?://(?!www\.w3\.org)|<script|href", drawn)
    nothing = replace(measured, systems=tuple(replace(system, scores=()) for system in measured.systems))
    assert picture(nothing) == ""


def test_the_scores_table_is_without_them(measured: Comparison) -> None:
    left = {score.metric for system in apart(measured).systems for score in system.scores}
    assert "CIDEr-D" in left
    assert not left & set(NAMES)


def test_the_chart_is_the_first_picture_and_says_its_values(measured: Comparison) -> None:
    page = render(measured)
    section = page[
        page.index('<section class="measure" aria-labelledby="axes-title"') : page.index('id="scores-title"')
    ]
    drawing = ElementTree.fromstring(section[section.index("<svg") : section.index("</svg>") + 6])
    assert page.index("<svg") == page.index(section) + section.index("<svg")
    said = {text.text for text in drawing.iter("text")}
    assert set(MEASURED) <= said
    described = drawing.findtext("desc") or ""
    assert "show_attend_tell: tuple F1 0.220, perplexity 21.0." in described


def test_without_perplexity_there_is_a_table_and_no_chart(measured: Comparison) -> None:
    systems = tuple(
        replace(system, scores=tuple(score for score in system.scores if score.metric != "perplexity"))
        for system in measured.systems
    )
    page = render(replace(measured, systems=systems))
    assert 'id="axes-title"' in page
    assert 'class="axes"' not in page


def test_without_either_the_page_has_no_such_section(tmp_path: Path) -> None:
    plain = comparison(tmp_path, photos=2)
    assert axes(plain).tables == ()
    assert 'id="axes-title"' not in render(plain)


def test_right_is_fluent_by_the_logarithm_and_up_is_relevant() -> None:
    low, middle, high = scatter([Point("a", 100.0, 0.1), Point("b", 10.0, 0.2), Point("c", 1.0, 0.3)]).marks
    assert FRAME.left < low.x < middle.x < high.x < FRAME.right
    assert middle.x - low.x == pytest.approx(high.x - middle.x)
    assert FRAME.bottom > low.y > middle.y > high.y > FRAME.top


ALIKE = [Point(f"show_attend_tell_{place}", 20.0 + place % 3, 0.2 + place / 1000) for place in range(8)]
EVERY = [  # twenty systems, most of them networks that differ little
    *(Point("babytalk_2011_outputs (118)", 230.0, 0.117), Point("human", 96.5, 0.287), Point("babytalk", 97.5, 0.149)),
    *(Point("babytalk_lm", 45.2, 0.148), Point("babytalk_crf", 52.7, 0.153), Point("every_picture", 51.5, 0.116)),
    *(Point("nearest_neighbour", 45.6, 0.123), Point("neuraltalk", 20.5, 0.081)),
    *(Point("up_down_constrained", 25.2, 0.163), Point("neural_baby_talk", 20.5, 0.128)),
    *(Point(f"network {place}", 20.0 + place / 2, 0.112 + place % 5 / 200) for place in range(10)),
]


@pytest.mark.parametrize("points", [ALIKE, EVERY])
@pytest.mark.parametrize("frame", [FRAME, NARROW])
def test_labels_lie_on_no_other_label_or_mark(frame: Frame, points: list[Point]) -> None:
    found = scatter(points, frame)

    def edges(mark: Mark) -> tuple[float, float, float, float]:
        width = 7 * len(mark.point.name)
        left = mark.label_x - {"start": 0.0, "middle": width / 2, "end": width}[mark.anchor]
        return left, mark.label_y - 10, left + width, mark.label_y + 2

    boxes = [edges(mark) for mark in found.marks]
    for place, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= frame.width
        for other in boxes[place + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
        assert not any(left < mark.x < right and top < mark.y < bottom for mark in found.marks)


def test_one_system_and_equal_ones_have_ticks_and_places() -> None:
    for count in (1, 3):
        found = scatter([Point("same", 30.0, 0.25)] * count)
        assert len(found.across) > 1
        assert len(found.upwards) > 1
        assert all(math.isfinite(mark.x + mark.y) for mark in found.marks)


@pytest.mark.parametrize("together", [0.0, 0.6, -0.8])
def test_an_ellipse_holds_both_numbers_in_95_of_100_draws(together: float) -> None:
    one = Point("one", 20.0, 0.3, spread=((10.0, 40.0), (0.2, 0.4)), together=together)
    alone, least, most = scatter([one, Point("least", 10.0, 0.2), Point("most", 40.0, 0.4)]).marks
    assert alone.ellipse is not None
    assert least.ellipse is None
    x, y, long, short, turn = alone.ellipse
    assert (x, y) == pytest.approx((alone.x, alone.y))  # 20 is the geometric middle of 10 and 40
    deviation = np.array([math.log(2), 0.1]) / 1.96
    covariance = np.outer(deviation, deviation) * [[1, together], [together, 1]]
    drawn = np.random.default_rng(0).multivariate_normal([math.log(20), 0.3], covariance, 100_000)
    units = np.array([(most.x - least.x) / math.log(4), (most.y - least.y) / 0.2])
    away = (drawn - [math.log(20), 0.3]) * units  # (draws, 2), in the drawing
    angle = math.radians(turn)
    along, beside = away @ [math.cos(angle), math.sin(angle)], away @ [-math.sin(angle), math.cos(angle)]
    assert np.mean((along / long) ** 2 + (beside / short) ** 2 <= 1) == pytest.approx(0.95, abs=0.003)


def test_of_a_known_cost_the_interval_of_the_gain_is_drawn() -> None:
    alone, low, _ = scatter(
        [Point("one", 20.0, 0.3, spread=((20.0, 20.0), (0.2, 0.4))), Point("low", 10.0, 0.2), Point("high", 40.0, 0.4)]
    ).marks
    assert alone.ellipse == pytest.approx((alone.x, alone.y, 0.0, low.y - alone.y, 0.0))
