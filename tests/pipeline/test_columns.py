from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.columns import Column, Foreign, Part, Scenes, before_in_cycle, write_column
from pipeline.errors import ContractViolation, StoreError
from pipeline.records import Caption, Image

IDS = tuple(f"photo {number}" for number in range(10))
SAID = [(Caption(f"Photo {number}.", ("photo", str(number))),) for number in range(10)]


def test_records_come_back_in_order_across_shards(tmp_path: Path) -> None:
    write_column(tmp_path, "captions", IDS, lambda start: iter(SAID[start:]), shard=4)
    column = Column(tmp_path, "captions")
    assert column.ids == IDS
    assert list(column) == SAID
    assert column[-1] == SAID[-1]
    assert column[3:9:2] == SAID[3:9:2]
    assert len(list(tmp_path.glob("*.jsonl"))) == 3


def test_arrays_come_back_bit_for_bit_also_of_different_shapes(tmp_path: Path) -> None:
    arrays = [np.random.default_rng(n).normal(size=(n + 1, 3)).astype(np.float32) for n in range(10)]
    write_column(tmp_path, "regions", IDS, lambda start: iter(arrays[start:]), shard=3)
    assert all(np.array_equal(a, b) for a, b in zip(Column(tmp_path, "regions"), arrays, strict=True))


def test_an_interrupted_column_goes_on_after_its_last_whole_shard(tmp_path: Path) -> None:
    def cut_short(start: int) -> Iterator[Any]:
        yield from SAID[start:7]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_column(tmp_path, "captions", IDS, cut_short, shard=3)
    (tmp_path / "000002.jsonl.99.tmp").write_text("half a shar")
    assert not (tmp_path / "index.json").exists()
    asked: list[int] = []

    def rest(start: int) -> Iterator[Any]:
        asked.append(start)
        return iter(SAID[start:])

    write_column(tmp_path, "captions", IDS, rest, shard=3)
    assert asked == [6]
    assert list(Column(tmp_path, "captions")) == SAID
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("count", [9, 11])
def test_a_stage_that_gives_too_few_or_too_many_values_is_caught(tmp_path: Path, count: int) -> None:
    with pytest.raises(ContractViolation, match="values for 10 photos"):
        write_column(tmp_path, "captions", IDS, lambda start: iter((SAID * 2)[start:count]), shard=4)


def test_duplicate_ids_are_named(tmp_path: Path) -> None:
    with pytest.raises(ContractViolation, match="'b' occurs twice"):
        write_column(tmp_path, "captions", ("a", "b", "b"), lambda start: iter(SAID[:3]))


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    write_column(tmp_path, "captions", IDS, lambda start: iter(SAID[start:]))
    (tmp_path / "000000.jsonl").write_text("{}\n" * 10)
    with pytest.raises(StoreError, match=r"000000\.jsonl is damaged.*doctor --repair"):
        Column(tmp_path, "captions")[0]


def test_a_part_is_a_view(tmp_path: Path) -> None:
    part = Part(SAID, range(1, 10, 3))
    assert list(part) == [SAID[1], SAID[4], SAID[7]]
    assert list(part[1:]) == [SAID[4], SAID[7]]


def test_a_field_is_read_when_it_is_looked_at_and_not_before(tmp_path: Path) -> None:
    images = [Image(name, f"{name}.png", 1, 1, "") for name in IDS]
    for written, values in (("images", images), ("captions", SAID), ("concepts", [((name, 1.0),) for name in IDS])):
        (tmp_path / written).mkdir()
        write_column(tmp_path / written, written, IDS, lambda start, values=values: iter(values[start:]))
    columns = {written: Column(tmp_path / written, written) for written in ("captions", "concepts")}
    (tmp_path / "concepts" / "000000.jsonl").write_text("cut sho")
    scene = Scenes(Column(tmp_path / "images", "images"), tmp_path, columns)[3]
    assert scene.captions == SAID[3]
    assert set(scene.fields) == {"captions", "concepts"}
    with pytest.raises(StoreError, match="damaged"):
        scene.read("concepts")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 50])
def test_a_cycle_comes_back_to_a_photo_after_it_has_been_to_all_others(count: int) -> None:
    places, seen, here = before_in_cycle(count), set[int](), 0
    while here not in seen and here < count:
        seen.add(here)
        here = places[here]
    assert seen == set(range(count))


def test_a_foreign_column_has_every_value_once_and_none_in_its_own_place(tmp_path: Path) -> None:
    write_column(tmp_path, "captions", IDS, lambda start: iter(SAID[start:]), shard=4)
    foreign = Foreign(tmp_path, "captions")
    assert foreign.ids == IDS
    assert sorted(foreign, key=str) == sorted(SAID, key=str)
    assert all(other != own for other, own in zip(foreign, SAID, strict=True))
    assert foreign[2:5] == [foreign[2], foreign[3], foreign[4]]
