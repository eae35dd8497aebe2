"""Bad photos, captions, annotations, options, plans, stores and disks: one clear error each, and nothing is lost."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import PIL.Image
import pytest

from tests.datasets.trees import coco, flickr8k, karpathy, pascal, written
from tests.end_to_end.in_process import CAPTION, COMPARE, CommandLine, fails

FOLDER = f"{COMPARE} --plans parrot.toml --dataset folder --dataset-root photos"


@dataclass(frozen=True)
class Bad:
    """What is made in the current directory, the command, and what its one error says: the thing and the remedy."""

    command: str
    says: tuple[str, ...]
    make: Callable[[], object] = dict


def _cut() -> None:
    PIL.Image.effect_noise((40, 30), 50).save("bad.jpg")
    Path("bad.jpg").write_bytes(Path("bad.jpg").read_bytes()[:400])


PHOTO = f"{CAPTION} bad.jpg"
PHOTOS = {
    "cut short": Bad(PHOTO, ("'bad.jpg' cannot be decoded", "truncated", "replace or remove it"), _cut),
    "empty": Bad(PHOTO, ("'bad.jpg' cannot be decoded", "it is no image"), lambda: written(Path("bad.jpg"), ())),
    "text": Bad(PHOTO, ("'bad.jpg' cannot be decoded", "it is no image"), lambda: written(Path("bad.jpg"), ("mine",))),
    "not there": Bad(PHOTO, ("there is no photo or folder 'bad.jpg'",)),
    "an empty folder of a photo's name": Bad(
        PHOTO, ("folder 'bad.jpg' holds no photo",), lambda: Path("bad.jpg").mkdir()
    ),
    "a bomb": Bad(
        PHOTO,
        ("'bad.jpg' is too large to be decoded safely", "make it smaller"),
        lambda: written(Path("bad.jpg"), ("P6", "100000 100000", "255")),
    ),
    "a named pipe": Bad(PHOTO, ("'bad.jpg' is a named pipe", "leave it out"), lambda: os.mkfifo("bad.jpg")),
    "links in a circle": Bad(
        PHOTO, ("'bad.jpg' cannot be read", "mend its path"), lambda: Path("bad.jpg").symlink_to("bad.jpg")
    ),
    "a name too long": Bad(f"{CAPTION} {'x' * 5000}.jpg", ("there is no photo or folder",)),
}


def _captions(*lines: str, name: str = "captions.csv") -> Callable[[], None]:
    def make() -> None:
        Path("photos/captions.csv").unlink()
        written(Path("photos", name), lines)

    return make


def _json_lines(line: str) -> Callable[[], None]:
    return _captions(line, name="captions.jsonl")


CAPTIONS = {
    "no caption": Bad(FOLDER, ("captions.csv has no caption", "write file,caption"), _captions("file,caption")),
    "an empty caption": Bad(FOLDER, ("captions.csv line 2", "write a sentence"), _captions("file,caption", "a.png, ")),
    "of another photo": Bad(
        FOLDER, ("line 2: there is no photo 'c.png'", "take the line out"), _captions("file,caption", "c.png,A c.")
    ),
    "an open quote": Bad(
        FOLDER, ("is not CSV", "close or double its quotes"), _captions("file,caption", 'a.png,"A dog.')
    ),
    "another header": Bad(
        FOLDER, ("line 1 is 'photo,text'", "write file,caption"), _captions("photo,text", "a.png,A.")
    ),
    "a split nobody knows": Bad(
        FOLDER, ("split 'tset' should be one of",), _captions("file,caption,split", "a.png,A.,tset")
    ),
    "half of a character": Bad(
        FOLDER, ("line 1: the caption is", "write a sentence"), _json_lines('{"file": "a.png", "caption": "\\ud800"}')
    ),
    "a number": Bad(
        FOLDER, ("line 1: the caption is 7", "write a sentence"), _json_lines('{"file": "a.png", "caption": 7}')
    ),
    "nested without end": Bad(FOLDER, ("line 1 is not JSON", "on every line"), _json_lines("[" * 100_000)),
    "not UTF-8": Bad(
        FOLDER,
        ("captions.csv is not UTF-8", "save it as UTF-8"),
        lambda: Path("photos/captions.csv").write_bytes(b"\xff\xfe"),
    ),
    "elsewhere: a number": Bad(
        f"{FOLDER} --plans t.json",
        ("t.json", "the caption should be text"),
        lambda: written(Path("t.json"), ('{"photos/a": 7}',)),
    ),
    "elsewhere: half of a character": Bad(
        f"{FOLDER} --plans t.json",
        ("t.json", "half of a character", "write it whole"),
        lambda: written(Path("t.json"), ('{"photos/a.png": "\\ud800"}',)),
    ),
    "elsewhere: nested without end": Bad(
        f"{FOLDER} --plans t.json",
        ("t.json is not JSON", "write [{"),
        lambda: written(Path("t.json"), ("[" * 100_000,)),
    ),
    "elsewhere: twice": Bad(
        f"{FOLDER} --plans t.json",
        ("two captions for 'a'", "keep one"),
        lambda: written(Path("t.json"), ('{"a": "A.", "a": "B."}',)),
    ),
}


def _coco(kind: str, **values: object) -> Callable[[], None]:
    def make() -> None:
        coco(Path("data"), "test2017", (1, 2), [{"image_id": 1, "category_id": 18, "bbox": [1, 1, 9, 9]}])
        file = Path("data", "annotations", f"{kind}_test2017.json")
        content = json.loads(file.read_text())
        content["annotations"][0] |= values
        file.write_text(json.dumps(content))

    return make


def _on(dataset: str) -> str:
    return f"{COMPARE} --plans human --dataset {dataset} --dataset-root data"


ANNOTATIONS = {
    "of no photo": Bad(
        _on("coco"), ("annotations[0]: image_id 9 is not among the images", "take"), _coco("captions", image_id=9)
    ),
    "no text": Bad(
        _on("coco"), ("annotations[0]: the caption is None", "write a sentence"), _coco("captions", caption=None)
    ),
    "a box of NaN": Bad(
        _on("coco"),
        ("annotations[0]: bbox is [nan", "left, top, width and height"),
        _coco("instances", bbox=[float("nan")] * 4),
    ),
    "a box beyond numbers": Bad(
        _on("coco"), ("annotations[0]: bbox is [0, 0, 1000", "left, top"), _coco("instances", bbox=[0, 0, 10**400, 1])
    ),
    "a category that is a list": Bad(
        _on("coco"), ("annotations[0]: 'category_id' is [1]", "of type int"), _coco("instances", category_id=[1])
    ),
    "a photo missing": Bad(
        _on("coco"),
        ("images[0]: there is no photo", "put it there"),
        lambda: (_coco("captions")(), Path("data/test2017/000000000001.jpg").unlink()),
    ),
    "no annotations": Bad(
        _on("coco"),
        ("data has no annotations/captions_train", "add one"),
        lambda: Path("data/train2017").mkdir(parents=True),
    ),
    "half a file": Bad(
        _on("karpathy"),
        ("dataset_x.json is not JSON", "get the file again"),
        lambda: written(Path("data/dataset_x.json"), ('{"images": [',)),
    ),
    "a split that is a list": Bad(
        _on("karpathy"),
        ("images[0]: split ['test']", "one of train"),
        lambda: karpathy(Path("data"), [{"filename": "a.jpg", "split": ["test"]}]),
    ),
    "a photo anywhere": Bad(
        _on("karpathy"),
        ("'filename' is '/a.jpg'", "in its folder"),
        lambda: written(Path("data/dataset_x.json"), ('{"images": [{"filename": "/a.jpg", "split": "test"}]}',)),
    ),
    "a line of no caption": Bad(
        _on("flickr"),
        ("token.txt line 1 is", "it should be photo.jpg#0"),
        lambda: written(flickr8k(Path("data"), {"test": "a"}) / "Flickr8k_text/Flickr8k.token.txt", ("a.jpg A dog.",)),
    ),
    "a listed photo unknown": Bad(
        _on("flickr"),
        ("nothing is said of photo 'z.jpg'", "take the line out"),
        lambda: written(flickr8k(Path("data"), {"test": "a"}) / "Flickr8k_text/Flickr_8k.testImages.txt", ("z.jpg",)),
    ),
    "no sentence": Bad(
        _on("pascal_sentences"),
        ("a.txt has no sentence", "write one"),
        lambda: written(pascal(Path("data"), {"dog": "ab"}) / "sentence/dog/a.txt", ()),
    ),
    "no folder": Bad(_on("pascal_sentences"), ("there is no folder 'data'", "--dataset-root DIR")),
    "a file as the folder": Bad(
        _on("flickr"), ("there is no folder 'data'", "--dataset-root DIR"), lambda: written(Path("data"), ("mine",))
    ),
}


def _plan(*lines: str) -> Callable[[], object]:
    return lambda: written(Path("bad.toml"), lines)


BAD_PLAN = f"{FOLDER} --plans bad.toml"
OPTIONS = {
    "unknown option": Bad(
        f"{FOLDER} --swap captions=parrot:scroe=1",
        ("unknown option of captions/parrot 'scroe'", "did you mean 'score'"),
    ),
    "a wrong type": Bad(f"{FOLDER} --fit-on scenes:train=few", ("train='few'", "a whole number")),
    "out of range": Bad(f"{FOLDER} --fit-on scenes:train=-1", ("train=-1 should lie between",)),
    "unknown stage": Bad(
        f"{FOLDER} --swap captions=parot", ("unknown captions choice 'parot'", "did you mean 'parrot'")
    ),
    "unknown metric": Bad(f"{FOLDER} --metrics blue", ("unknown metrics choice 'blue'", "did you mean 'bleu'")),
    "unknown plan": Bad(f"{FOLDER} --plans babytlak", ("unknown plan 'babytlak'", "did you mean 'babytalk'")),
    "unknown dataset": Bad(
        f"{FOLDER} --fit-on sceness", ("unknown datasets choice 'sceness'", "did you mean 'scenes'")
    ),
    "unknown device": Bad(f"{FOLDER} --device gpu", ("device 'gpu' should be auto, cpu",)),
    "no plan": Bad(f"{FOLDER} --plans ,", ("no plan given", "babytalk")),
    "a swap of nothing": Bad(f"{FOLDER} --swap captions", ("swap 'captions' should be field=stage",)),
    "no such plan file": Bad(BAD_PLAN, ("plan 'bad.toml' cannot be read: No such file", "mend")),
    "a damaged plan file": Bad(
        BAD_PLAN, ("plan 'bad.toml' cannot be read", "mend the file"), _plan("[stages]", 'captions = "par')
    ),
    "a plan file of bytes": Bad(
        BAD_PLAN, ("plan 'bad.toml' cannot be read", "mend the file"), lambda: Path("bad.toml").write_bytes(b"\xff\xfe")
    ),
    "a plan nested without end": Bad(
        BAD_PLAN, ("plan 'bad.toml' cannot be read", "mend the file"), _plan("x = " + "[" * 100_000)
    ),
    "a number as a stage": Bad(
        BAD_PLAN, ("captions = 7 should be a text", "such as"), _plan("[stages]", "captions = 7")
    ),
    "a plan without stages": Bad(
        BAD_PLAN, ("'bad.toml' needs a table [stages]", "with lines such as"), _plan("title = 'x'")
    ),
    "what nothing writes": Bad(
        BAD_PLAN,
        ("reads graph, which nothing writes", "add a line graph"),
        _plan("[stages]", 'captions = "template"', 'detections = "oracle"'),
    ),
    "a plan without captions": Bad(
        BAD_PLAN, ("writes no captions", "add a line captions"), _plan("[stages]", 'grid = "cnn_grid"')
    ),
}


def _damaged_memory() -> None:
    shutil.copytree("store", "other")
    for file in Path("other").glob("photos.sqlite*"):
        file.unlink()
    Path("other/photos.sqlite").write_text("x" * 5000)


def _store(name: str, content: str) -> Callable[[], object]:
    return lambda: Path(shutil.copytree("store", "other"), name).write_text(content)


OTHER = f"{FOLDER} --store other"
STORES = {
    "somebody's directory": Bad(
        f"{FOLDER} --store photos", ("photos is not a captionloom store", "give another --store")
    ),
    "a file as the store": Bad(
        f"{FOLDER} --store parrot.toml", ("parrot.toml is not a captionloom store", "give another")
    ),
    "a store below a file": Bad(
        f"{FOLDER} --store parrot.toml/x", ("cannot be written (Not a directory)", "give another")
    ),
    "a newer store": Bad(
        OTHER,
        ("store.json is unreadable or not of this version", "give another --store"),
        _store("store.json", '{"captionloom_store": 2}'),
    ),
    "a store's mark damaged": Bad(
        OTHER, ("store.json is unreadable", "give another --store"), _store("store.json", "{")
    ),
    "a damaged memory of photos": Bad(OTHER, ("photos.sqlite cannot be used", "delete it"), _damaged_memory),
    "a store of too long a name": Bad(
        f"{FOLDER} --store {'x' * 300}", ("cannot be written (File name too long)", "give another")
    ),
    "results of too long a name": Bad(
        f"{FOLDER} --out {'x' * 300}", ("cannot be written (File name too long)", "give another")
    ),
    "results over somebody's": Bad(
        f"{FOLDER} --out photos", ("is none of an earlier run's results", "give another --out")
    ),
    "results in a file": Bad(
        f"{FOLDER} --out parrot.toml", ("is none of an earlier run's results", "give another --out")
    ),
}


TABLE = {
    f"{kind}: {name}": case
    for kind, cases in {
        "photo": PHOTOS,
        "captions": CAPTIONS,
        "annotations": ANNOTATIONS,
        "option": OPTIONS,
        "store": STORES,
    }.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize("case", TABLE.values(), ids=TABLE)
def test_bad_input_gets_one_clear_error_and_nothing_is_lost(case: Bad, command_line: CommandLine) -> None:
    case.make()
    fails(command_line, case.command, *case.says)
