"""Where the files of a dataset lie below its root, and their text, line by line and row by row, in UTF-8."""

import csv
import io
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from pipeline.errors import BadData, BadOption
from pipeline.text import is_writable

_MOST_SHOWN = 200  # characters of a value


def root_of(name: str, root: str) -> Path:
    """The folder of a dataset.

    Raises:
        BadOption: if it was not given.
        BadData: if it is no folder, or an empty one, or one that cannot be read.
    """
    remedy = f"give the folder: {name}:DIR or --dataset-root DIR"
    if not root:
        raise BadOption(f"{name} does not know where its files are; {remedy}")
    if not (is_there(Path(root)) and Path(root).is_dir()):
        raise BadData(f"{name}: there is no folder {root!r}; {remedy}")
    if not inside(Path(root)):
        raise BadData(f"{name}: the folder {root!r} is empty; {remedy}")
    return Path(root)


def find(root: Path, names: Sequence[str]) -> Path | None:
    """The first of these names that is there, in the root or one folder below it; None where none is."""
    places = [root, *(path for path in inside(root) if path.is_dir())]
    return next((place / name for name in names for place in places if is_there(place / name)), None)


def is_there(path: Path) -> bool:
    """Whether there is anything at a path; there is nothing at one that the system refuses, such as one too long."""
    try:
        return path.exists()
    except OSError:
        return False


def is_link(path: Path) -> bool:
    """Whether a path is a link; one that the system refuses is none."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def inside(folder: Path) -> list[Path]:
    """What is in a folder, in order.

    Raises:
        BadData: if it cannot be read.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise BadData(f"{folder} cannot be read: {error.strerror}; mend that") from None


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
    reader = csv.reader(io.StringIO(text_of(file), newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield f"{file} line {reader.line_num}", [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadData(f"{file} line {reader.line_num} is not CSV: {error}; close or double its quotes") from None


def sentence(text: object, where: str) -> str:
    """A caption with single spaces between its words.

    Raises:
        BadData: if it is no text, an empty one, or one with characters that are halves.
    """
    words = text.split() if isinstance(text, str) else []
    if not words or not is_writable(" ".join(words)):
        raise BadData(f"{where}: the caption is {shown(text)}; write a sentence there or take the entry out")
    return " ".join(words)


def in_folder(name: str, where: str, what: str) -> str:
    """The path of a photo in its folder, as a file says it.

    Raises:
        BadData: if it could lie elsewhere, here or on a system that divides paths otherwise, or can be no path.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise BadData(
            f"{where}: {what} is {shown(name)}; it should be the name of a photo in its folder, without .. and \\"
        )
    return name


def text_of(file: Path) -> str:
    """The whole text of a file.

    Raises:
        BadData: if the file cannot be read, is not UTF-8 or no file: a pipe might never end.
    """
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise BadData(f"{file} cannot be read: it is not a file; put a file there")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadData(f"{file} cannot be read: {error.strerror}; mend its path") from None
    except UnicodeDecodeError as error:
        raise BadData(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8") from None


def shown(value: object) -> str:
    """A value in the words of an error, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
