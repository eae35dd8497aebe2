"""Learning from as many photos as COCO has, whose features are far larger than the memory there is."""

import json
import random
import resource
import struct
from collections.abc import Iterable, Iterator
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from pipeline.columns import SHARD, write_column
from pipeline.config import NoOptions
from pipeline.executor import SplitFiles
from pipeline.records import Image, Truth
from pipeline.stage import Examples, Progress, Resources, Runtime
from tests.networks.small_training import Killed

PHOTOS, SHAPE, STEPS, GIB = 120_000, (49, 1280), 12, 2**30


class KillAfterSteps(Progress):
    """Kills within the first epoch."""

    def __call__(self, items: Iterable[Any], what: str, total: int) -> Iterator[Any]:
        yield from islice(items, STEPS)
        raise Killed


def write_split(directory: Path, photos: int) -> SplitFiles:
    """Photos with five of 30,000 sentences of ten words, and grids of zeros as holes in files of their full size."""
    ids, chance = [str(photo) for photo in range(photos)], random.Random(0)
    sentences = [" ".join(f"word{chance.randrange(9000)}" for _ in range(10)) for _ in range(30_000)]

    def truth(start: int) -> Iterator[Truth]:
        for photo in ids[start:]:
            yield Truth(photo, tuple(chance.sample(sentences, 5)))

    columns = {"images": lambda start: (Image(photo, "", 1, 1, photo) for photo in ids[start:]), "truth": truth}
    for written, values in columns.items():
        (directory / written).mkdir(parents=True)
        write_column(directory / written, written, ids, values)
    grid, size = directory / "grid", 2 * SHAPE[0] * SHAPE[1]
    grid.mkdir()
    starts = list(range(0, photos, SHARD))
    for number, start in enumerate(starts):
        many = min(SHARD, photos - start)
        tensors = {
            str(place): {"dtype": "F16", "shape": SHAPE, "data_offsets": [place * size, (place + 1) * size]}
            for place in range(many)
        }
        header = json.dumps(tensors).encode()
        with (grid / f"{number:06d}.safetensors").open("wb") as file:
            file.write(struct.pack("<Q", len(header)) + header)
            file.truncate(8 + len(header) + many * size)
    (grid / "index.json").write_text(json.dumps({"ids": ids, "starts": starts}))
    return SplitFiles(directory, {"grid": grid})


def learn(directory: Path) -> None:
    """A slice of an epoch, and then the most memory this process ever had, in bytes."""
    from stages.captions.show_attend_tell import Config, ShowAttendTell
    from stages.resources.idf import Idf
    from stages.resources.vocabulary import Config as VocabularyConfig
    from stages.resources.vocabulary import Vocabulary

    examples = {}
    for name, photos in (("train", PHOTOS), ("tune", 8)):
        files = write_split(directory / name, photos)
        examples[name] = Examples(files.scenes(), files.truth())
    truth, nothing = examples["train"].truth, Resources()
    known = Resources(
        {"vocabulary": Vocabulary(VocabularyConfig()).fit(truth, nothing), "idf": Idf(NoOptions()).fit(truth, nothing)}
    )
    stage = ShowAttendTell(Config(word=256, lstm=512, attention=256), Runtime("cpu", progress=KillAfterSteps()))
    with pytest.raises(Killed):
        stage.fit(examples, known)
    (directory / "most").write_text(str(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


@pytest.mark.slow
def test_photos_of_cocos_number_are_learned_from_in_three_gib(tmp_path: Path) -> None:
    learner = get_context("spawn").Process(target=learn, args=(tmp_path,))
    learner.start()
    learner.join()
    assert learner.exitcode == 0
    features = sum(file.stat().st_size for file in (tmp_path / "train" / "grid").glob("*.safetensors"))
    assert features > 14 * GIB
    assert int((tmp_path / "most").read_text()) < 3 * GIB
