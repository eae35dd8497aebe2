"""Where the files of a dataset lie below its root, and their text, line by line and row by row, in UTF-8."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import BadData, BadOption


def root_of(name: str, root: str) -> Path:
    """The folder of a dataset.

    Raises:
        BadOption: if it was not given.
        BadData: if it is no folder, or an empty one.
    """
    remedy = f"give the folder: {name}:DIR or --dataset-root DIR"
    if not root:
        raise BadOption(f"{name} does not know where its files are; {remedy}")
    if not Path(root).is_dir():
        raise BadData(f"{name}: there is no folder {root!r}; {remedy}")
    if not any(Path(root).iterdir()):
        raise BadData(f"{name}: the folder {root!r} is empty; {remedy}")
    return Path(root)


def find(root: Path, names: Sequence[str]) -> Path | None:
    """The first of these names that is there, in the root or one folder below it; None where none is."""
    places = [root, *sorted(path for path in root.iterdir() if path.is_dir())]
    return next((place / name for name in names for place in places if (place / name).exists()), None)


def needed(root: Path, names: Sequence[str], what: str) -> Path:
    """What `find` finds.

    Raises:
        BadData: where none of the names is there.
    """
    found = find(root, names)
    if found is None:
        raise BadData(f"{root} has no {what}: it should hold {' or '.join(names)}, as the dataset is distributed")
    return found


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """(where, text) of every line that is not blank: `captions.txt line 7`, and the line without its end.

    Raises:
        BadData: if the file cannot be read or is not UTF-8.
    """
    for number, line in enumerate(text_of(file).split("\n"), 1):
        if line.strip():
            yield f"{file} line {number}", line.rstrip("\r")


def rows(file: Path) -> Iterator[tuple[str, list[str]]]:
    """(where, cells) of every row of a CSV file that is not blank; cells with commas or line ends are quoted.

    Raises:
        BadData: if the file cannot be read, is not UTF-8, or a quote is not closed.
    """
    reader = csv.reader(text_of(file).splitlines(keepends=True), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield f"{file} line {reader.line_num}", [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadData(f"{file} line {reader.line_num} is not CSV: {error}; close or double its quotes") from None


def sentence(text: object, where: str) -> str:
    """A caption with single spaces between its words.

    Raises:
        BadData: if it is no text, or an empty one.
    """
    words = text.split() if isinstance(text, str) else []
    if not words:
        raise BadData(f"{where}: the caption is {text!r}; write a sentence there or take the entry out")
    return " ".join(words)


def text_of(file: Path) -> str:
    """The whole text of a file.

    Raises:
        BadData: if the file cannot be read or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadData(f"{file} cannot be read: {error.strerror}; mend its path") from None
    except UnicodeDecodeError as error:
        raise BadData(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8") from None
