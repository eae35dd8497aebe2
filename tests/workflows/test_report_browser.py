"""The report in a browser: its views, why a word was said, a telephone's width, and whether everybody can use it."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pipeline.records import Score
from tests.workflows.chromium import CHROMIUM, asked
from tests.workflows.test_report import comparison
from workflows.report.learning import Learning
from workflows.report.page import render

AXE = find_spec("axe_core_python")
VIEWS = ("", "system/show_attend_tell", "photos", "photo/scene_0001")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with every part: axes, learning, and a hostile caption."""
    plain = comparison(tmp_path_factory.mktemp("photos"), photos=2, hostile=True)
    measured = (("tuple_f1", 0.3, (0.2, 0.4)), ("perplexity", 30.0, (20.0, 45.0)))
    systems = tuple(
        replace(
            system,
            learning=(Learning("captions", (4.0, 3.0, 2.5), (0.1, 0.4, 0.3)),) if place == 1 else (),
            scores=(
                *system.scores,
                *(
                    Score(name, value * (1 + place / 9), "leave_one_out", "f", {}, "", spread)
                    for name, value, spread in measured
                ),
            ),
        )
        for place, system in enumerate(system for system in plain.systems if not system.oracle or system.human)
    )
    return render(replace(plain, systems=systems))


def test_links_the_back_button_and_an_address_lead_to_views(page: str, tmp_path: Path) -> None:
    script = """
        const seen = () => [...document.querySelectorAll(".view")].filter((view) => view.offsetHeight > 0)
          .map((view) => view.id + ": " + view.querySelector("h1").textContent);
        const found = [seen()];
        document.querySelector("[data-view=overview]").click(); await rest(200); found.push(seen());
        document.querySelector("#overview .shot").click(); await rest(200);
        found.push(seen().map((one) => one.slice(0, 12)));
        history.back(); await rest(200); found.push(seen());
        await go("scores-title"); found.push(seen());
        await go("photo/nowhere"); found.push(seen());
        await go("system/babytalk"); found.push(document.activeElement.textContent, document.title);
        return found;"""
    overview = ["overview: Four ways to describe two photographs"]
    assert asked(page, tmp_path, script, "photo/scene_0001") == [
        ["photo: Photo scene_0001"],
        overview,
        ["photo: Photo"],
        overview,
        overview,
        ["photo: No such photo"],
        "babytalk",
        "babytalk · Four ways to describe two photographs",
    ]


def test_every_family_says_why_it_said_a_word(page: str, tmp_path: Path) -> None:
    script = """
        const told = {};
        for (const word of document.querySelectorAll("#photo .word")) {
          word.focus();
          const [system] = word.dataset.word.split(" ");
          const layers = ["canvas.shade", "rect.edge"];
          const drawn = layers.filter((layer) => document.querySelector(`#photo figure ${layer}`));
          (told[system] ??= []).push([word.textContent, document.querySelector("#photo .why").textContent, ...drawn]);
        }
        return told;"""
    told: dict[str, list[list[str]]] = asked(page, tmp_path, script, "photo/scene_0000")
    babytalk = {word: (why, *drawn) for word, why, *drawn in told["0"]}
    assert "chosen by these potentials" in babytalk["near"][0]
    assert babytalk["near"][1:] == ()
    assert all("rect.edge" in drawn for why, *drawn in babytalk.values() if "names what was detected here" in why)
    for _, why, *drawn in told["1"]:
        assert "where the model looked" in why
        assert "The gate let" in why
        assert drawn == ["canvas.shade"]
    assert all("a person wrote it" in why for _, why in told["2"])
    assert all("read from a file" in why for _, why in told["3"])


def test_no_view_scrolls_sideways_on_a_telephone(page: str, tmp_path: Path) -> None:
    script = f"""
        const wide = [];
        for (const view of {list(VIEWS)}) {{
          await go(view);
          document.querySelectorAll(".view.now .toggle").forEach((toggle) => toggle.click());
          wide.push(document.documentElement.scrollWidth - document.documentElement.clientWidth);
        }}
        return wide;"""
    assert asked(page, tmp_path, script, width=390) == [0] * len(VIEWS)


@pytest.mark.skipif(AXE is None, reason="axe-core-python is not installed")
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
@pytest.mark.slow  # rules of contrast look at every word
def test_axe_finds_nothing_that_keeps_anybody_out(page: str, tmp_path: Path, width: int, dark: bool) -> None:
    assert AXE is not None
    library = Path(str(AXE.origin)).with_name("axe.min.js").read_text(encoding="utf-8")
    script = f"""
        const found = [];
        for (const view of {list(VIEWS)}) {{
          await go(view);
          document.querySelectorAll(".view.now .toggle, .view.now summary").forEach((one) => one.click());
          document.querySelector(".view.now .word")?.focus();
          await rest(200);
          const unseen = [...document.querySelectorAll(".view:not(.now)")]; // they only cost time
          unseen.forEach((view) => view.replaceWith(view.mark = document.createComment("")));
          const {{ violations, passes }} = await axe.run(document, {{ preload: false, resultTypes: ["violations"] }});
          unseen.forEach((view) => view.mark.replaceWith(view));
          const said = ({{ id, nodes }}) => [view, id, nodes.map((node) => node.target + " " + node.failureSummary)];
          found.push([passes.length > 10, ...violations.map(said)]);
        }}
        return found;"""
    told: Any = asked(page, tmp_path, script, library=library, width=width, dark=dark)
    assert told == [[True]] * len(VIEWS)
