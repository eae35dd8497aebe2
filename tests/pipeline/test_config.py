from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import build, option, recipe, spell, split_spec
from pipeline.errors import BadOption, UnknownName


@dataclass(frozen=True, slots=True)
class Sample:
    path: str = option("", "a path")
    C: float = option(1.0, "penalty", low=0.0, high=100.0)
    rounds: int = option(3, "rounds", low=1, affects="predict")
    kernel: Literal["linear", "rbf"] = option("linear", "kernel")
    fast: bool = option(False, "fast")
    words: tuple[str, ...] = option((), "words")
    limit: int | None = option(None, "limit")


def read(text: str) -> Sample:
    return build(Sample, split_spec(text)[1], "sample")


configs = st.builds(
    Sample,
    path=st.text(),
    C=st.floats(0, 100),
    rounds=st.integers(1, 99),
    kernel=st.sampled_from(["linear", "rbf"]),
    fast=st.booleans(),
    words=st.lists(st.text(min_size=1), min_size=0).map(tuple),
    limit=st.none() | st.integers(-5, 5),
)


@given(configs)
def test_text_to_config_to_text_is_the_identity(config: Sample) -> None:
    spelt = spell("sample", config)
    assert read(spelt) == config
    assert spell("sample", read(spelt)) == spelt
    assert "," not in spelt


WHITE = [chr(code) for code in range(0x110000) if chr(code).isspace()]


@given(st.text([*WHITE, *"a%:,=+2059CA"]), st.lists(st.text([*WHITE, *"a%+20"], min_size=1)).map(tuple))
def test_white_space_at_the_ends_of_a_value_is_kept(path: str, words: tuple[str, ...]) -> None:
    config = Sample(path=path, words=words)
    spelt = spell("sample", config)
    assert read(spelt) == read(f" {spelt}\n") == config


def test_white_space_inside_a_value_and_what_looks_like_its_code_are_spelt_as_ever() -> None:
    assert spell("sample", Sample(path="my photos/%20")) == "sample:path=my photos/%2520"
    assert spell("sample", Sample(path=" my photos\n")) == "sample:path=%20my photos%0A"
    assert read("sample: my photos ").path == "my photos"
    assert read("sample:my%20photos").path == "my%20photos"


def test_one_and_one_point_nought_are_one_spelling() -> None:
    assert spell("sample", read("sample:C=2")) == spell("sample", read("sample:C=2.0")) == "sample:C=2.0"


def test_the_first_option_may_go_without_its_name() -> None:
    assert read("sample:/photos/cats").path == "/photos/cats"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sample:C=101", "between 0.0 and 100.0"),
        ("sample:rounds=0", "between 1 and no bound"),
        ("sample:rounds=1.5", "a whole number"),
        ("sample:C=nan", "a finite number"),
        ("sample:kernel=poly", "one of linear, rbf"),
        ("sample:fast=yes", "true or false"),
        ("sample:C=1:C=2", "twice"),
        ("sample:x:y", "key=value"),
    ],
)
def test_a_bad_value_is_named_with_what_would_be_right(text: str, says: str) -> None:
    with pytest.raises(BadOption, match=says):
        read(text)


def test_an_unknown_option_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'kernel'"):
        read("sample:kernal=rbf")


@dataclass(frozen=True, slots=True)
class Since(Sample):
    """Sample, some time later."""

    slow: bool = option(False, "slow", later=True)


def test_an_option_that_came_later_is_in_a_recipe_only_when_it_changes_something() -> None:
    assert recipe(Since()) == recipe(Sample())
    assert recipe(Since(slow=True)) == {**recipe(Sample()), "slow": True}


def test_a_recipe_holds_every_value_of_its_kind_and_only_those() -> None:
    assert recipe(Sample(), "predict") == {"rounds": 3}
    assert set(recipe(Sample(), "fit")) == {"path", "C", "kernel", "fast", "words", "limit"}


@dataclass(frozen=True, slots=True)
class Weighted:
    """What reads a folder of files."""

    weights: str = option("", "folder of weights", file=True)


@pytest.mark.parametrize("name", [".cache", ".git/x", "layers/.DS_Store", "layers/.cache/x/y.bin"])
def test_a_folder_counts_without_what_is_hidden_at_any_depth(name: str, tmp_path: Path) -> None:
    for kept in ("a.bin", "layers/b.bin"):
        (tmp_path / kept).parent.mkdir(exist_ok=True)
        (tmp_path / kept).write_text(kept)
    before = recipe(Weighted(str(tmp_path)))
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("on a Monday")
    assert recipe(Weighted(str(tmp_path))) == before
    (tmp_path / "layers" / "b.bin").write_text("other")
    assert recipe(Weighted(str(tmp_path))) != before
