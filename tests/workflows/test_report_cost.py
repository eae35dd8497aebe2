"""Cost in the report: quality against CPU time, cheaper to the right by the logarithm, and the same in numbers."""

import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.workflows.test_report import comparison
from workflows.costs.systems import SystemCost, Total
from workflows.report.comparison import Comparison
from workflows.report.cost import chart, section
from workflows.report.page import render
from workflows.report.scatter import FRAME, Point, scatter

SECONDS = {"babytalk": 0.1, "babytalk_oracle": 0.01, "show_attend_tell": 0.001, "human": 0.00001}


@pytest.fixture
def measured(tmp_path: Path) -> Comparison:
    """The systems of the report's tests with these CPU seconds a photo."""
    costs = tuple(
        SystemCost(name, (), Total(9.0, 8.0, 3 << 20, 4e6, 1234, 0), Total(2 * spent, spent, 2 << 20, 10.0))
        for name, spent in SECONDS.items()
    )
    return replace(comparison(tmp_path, photos=2), costs=costs)


def test_every_system_that_says_something_of_its_own_has_a_mark_and_the_others_a_reason(measured: Comparison) -> None:
    found = chart(measured)
    spent = {point.name: point.cost for point in found.points}
    assert spent == {name: SECONDS[name] for name in ("babytalk", "babytalk_oracle", "show_attend_tell")}
    assert {point.name: point.shape for point in found.points} == {
        "babytalk": "diamond",
        "babytalk_oracle": "diamond",
        "show_attend_tell": "circle",
    }
    assert [point.name for point in found.points if point.aside] == ["babytalk_oracle"]
    assert ("human", "was written elsewhere") in found.left_out


def test_cheaper_is_farther_right_by_equal_steps_for_equal_factors() -> None:
    drawn = scatter([Point(name, spent, 1.4) for name, spent in SECONDS.items()][:3], FRAME, math.inf)
    first, second, third = (mark.x for mark in drawn.marks)
    assert first < second < third
    assert second - first == pytest.approx(third - second)
    assert {"0.001", "0.01", "0.1"} <= {text for _, text in drawn.across}
    assert "1.40" in {text for _, text in drawn.upwards}


@pytest.mark.parametrize("most", [0.004, 0.4, 1.9, 14.0, 95.0, 80_000.0])
def test_scores_of_any_size_have_ticks(most: float) -> None:
    points = [Point("little", 1.0, 0.0), Point("much", 2.0, most)]
    drawn = scatter(points, FRAME, math.inf)
    texts = [text for _, text in drawn.upwards]
    assert 1 <= len(set(texts)) == len(texts) <= 7


def test_the_drawing_says_its_values_and_shows_the_interval_as_a_line(measured: Comparison) -> None:
    systems = tuple(
        replace(system, scores=tuple(replace(score, interval=(0.1, 0.9)) for score in system.scores if score.value))
        for system in measured.systems
    )
    made = section(replace(measured, systems=systems))
    assert made is not None
    drawing = ElementTree.fromstring(made.body[made.body.index("<svg") : made.body.index("</svg>") + 6])
    assert "show_attend_tell: " in (drawing.findtext("desc") or "")
    assert "0.001 CPU seconds a photo." in (drawing.findtext("desc") or "")
    assert {"babytalk", "show_attend_tell"} <= {text.text for text in drawing.iter("text")}
    lines = [line for line in drawing.iter("line") if line.get("class") == "spread"]
    assert len(lines) == 3
    assert all(float(line.get("y1", "")) < float(line.get("y2", "")) for line in lines)


def test_what_was_not_recorded_whole_has_no_mark_and_a_lower_bound(measured: Comparison) -> None:
    first, *rest = measured.costs
    costs = (replace(first, photo=replace(first.photo, gaps=1)), *rest)
    found = chart(replace(measured, costs=costs))
    assert "babytalk" not in {point.name for point in found.points}
    assert ("babytalk", "is not recorded whole") in found.left_out
    made = section(replace(measured, costs=costs))
    assert made is not None
    assert "≥ 100" in made.body


def test_the_page_has_the_section_where_costs_are_known_and_none_where_not(measured: Comparison) -> None:
    assert "Costs in numbers" in render(measured)
    assert "Costs in numbers" not in render(replace(measured, costs=()))
