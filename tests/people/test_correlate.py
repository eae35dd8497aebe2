"""Files of judgements as distributed, on a small Flickr8k whose right answer is known."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.errors import BadData
from workflows.cli import app
from workflows.people.judgements import Format, read_judgements

CAPTIONS = {
    f"{n}_a.jpg": {str(k): f"a {thing} {action} on the {place} ." for k, action in enumerate(("runs", "sits", "is"))}
    for n, (thing, place) in enumerate((("dog", "grass"), ("cat", "roof"), ("horse", "beach"), ("dog", "beach")))
}


def write(file: Path, *rows: tuple[object, ...]) -> Path:
    file.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
    return file


def test_of_expert_a_caption_of_the_photo_itself_is_left_out(tmp_path: Path) -> None:
    file = write(
        tmp_path / "e.txt",
        ("0_a.jpg", "3_a.jpg#1", 1, 2, 2),
        ("0_a.jpg", "0_a.jpg#2", 4, 4, 4),
        ("2_a.jpg", "1_a.jpg#0", 1, 1, 1),
    )
    found = read_judgements(file, "expert", CAPTIONS)
    assert [(one.photo, one.values) for one in found.judged] == [("0_a.jpg", (1, 2, 2)), ("2_a.jpg", (1, 1, 1))]
    assert found.texts == ("a dog sits on the beach .", "a cat runs on the roof .")
    assert found.references[0] == tuple(CAPTIONS["0_a.jpg"].values())
    assert found.left_out == 1


def test_of_crowdflower_it_is_taken_from_the_references_of_its_photo(tmp_path: Path) -> None:
    file = write(
        tmp_path / "c.txt",
        ("0_a.jpg", "0_a.jpg#2", 1.0, 3, 0),
        ("0_a.jpg", "3_a.jpg#1", "0.333333333333333", 1, 2),
        *(("1_a.jpg", f"1_a.jpg#{k}", 1, 3, 0) for k in range(3)),
    )
    found = read_judgements(file, "crowdflower", CAPTIONS)
    assert [one.values for one in found.judged] == [(1.0,), (0.333333333333333,)]
    assert found.references == (tuple(list(CAPTIONS["0_a.jpg"].values())[:2]),) * 2
    assert found.left_out == 3  # nothing is left to compare them with


LINE = ("0_a.jpg", "3_a.jpg#1", 1, 2, 2)
BAD: dict[str, tuple[Format, list[tuple[object, ...]], str]] = {
    "too few": ("expert", [LINE[:4]], r"e\.txt line 1 is .*is --format expert right"),
    "no score": ("expert", [LINE, (*LINE[:2], 1, 2, 5)], "line 2 is"),
    "the other format": ("expert", [(*LINE[:2], 0.5, 2, 2)], "three scores from 1 to 4"),
    "shares that are none": ("crowdflower", [(*LINE[:2], 0.9, 1, 2)], "is --format crowdflower right"),
    "nobody asked": ("crowdflower", [(*LINE[:2], 0, 0, 0)], "share of yes"),
    "an unknown photo": ("expert", [("9_a.jpg", *LINE[1:])], r"no photo '9_a\.jpg'"),
    "an unknown caption": ("expert", [("0_a.jpg", "3_a.jpg#7", 1, 2, 2)], "no caption '3_a.jpg#7'"),
    "a pair twice": ("expert", [LINE, LINE], "line 2 judges .* a second time"),
    "nothing": ("expert", [], "holds no judgements"),
    "nothing of others": ("expert", [("0_a.jpg", "0_a.jpg#1", 4, 4, 4)], "every caption judged is a reference"),
}


@pytest.mark.parametrize(("layout", "rows", "says"), BAD.values(), ids=BAD)
def test_a_bad_file_is_named_with_a_remedy(
    layout: Format, rows: list[tuple[object, ...]], says: str, tmp_path: Path
) -> None:
    with pytest.raises(BadData, match=says):
        read_judgements(write(tmp_path / "e.txt", *rows), layout, CAPTIONS)


def test_a_metric_that_orders_as_people_do_has_a_tau_of_one(tmp_path: Path) -> None:
    """One photo's candidates share ever more words with its references, in the order of the judgements; no photo of the
    dataset needs to be there."""
    said = {"0_a.jpg": "a dog runs on the wet grass", "1_a.jpg": "a dog runs on the hot stones"}
    said |= {"2_a.jpg": "a dog sits under some hot stones", "3_a.jpg": "two cats sleep under some hot stones"}
    tokens = [f"{photo}#{k}\t{text} ." for photo, text in said.items() for k in range(2)]
    (tmp_path / "Flickr8k.token.txt").write_text("\n".join(tokens))
    rows = [("0_a.jpg", f"{n}_a.jpg#0", value, value, value) for n, value in ((1, 4), (2, 2), (3, 1))]
    judgements = write(tmp_path / "ExpertAnnotations.txt", *rows)
    given = ["--judgements", judgements, "--format", "expert", "--metrics", "bleu,rouge", "--out", tmp_path / "out"]
    command = ["correlate", *given, "--dataset-root", tmp_path]
    outcome = CliRunner().invoke(app, [str(item) for item in command], env={"COLUMNS": "200"})
    assert outcome.exit_code == 0, outcome.output
    content = json.loads((tmp_path / "out" / "correlations.json").read_text())
    found = {one["score"]: one["tau"] for one in content["correlations"]}
    assert (found["BLEU-1"], found["ROUGE-L"]) == (1.0, 1.0)
    assert "Kendall's tau-c with expert judgements of 3 captions under 1 photos" in outcome.output


def test_judgements_are_of_flickr(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "e.txt", LINE)
    given = ["correlate", "--judgements", str(file), "--format", "expert", "--dataset", "scenes"]
    outcome = CliRunner().invoke(app, given)
    assert outcome.exit_code == 1
    assert "give --dataset flickr" in outcome.output + capfd.readouterr().err
