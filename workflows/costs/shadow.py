"""A store that may be written without anything being written: what a dry run looks at in place of the real one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import CaptionloomError
from pipeline.photos import NOTES
from pipeline.store import Store
from workflows.sources import forget


@contextmanager
def shadow(store: Path) -> Iterator[Path]:
    """A store with the artefacts of another, as links, and a copy of what that knows of photo files; gone afterwards.

    Raises:
        StoreError: if the directory is there and no store.
    """
    with TemporaryDirectory(prefix="captionloom-") as directory:
        root = Path(directory).resolve() / "store"
        shown = Store(root)
        if store.exists() and any(store.iterdir()):
            for artefact in Store(store).artefacts():
                link = shown.path(artefact.parent.name, artefact.name)
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(artefact.absolute())
            _copy_photos(store.absolute() / NOTES, root / NOTES)
        forget()
        try:
            yield root
        except CaptionloomError as error:
            error.args = (str(error).replace(str(root), str(store.absolute())),)
            raise
        finally:
            forget()


def _copy_photos(there: Path, here: Path) -> None:
    """As far as it was flushed: opened as a file that does not change, nothing appears beside it. Photos that are not
    in the copy are looked at again."""
    try:
        with (
            closing(sqlite3.connect(f"{there.as_uri()}?mode=ro&immutable=1", uri=True)) as source,
            closing(sqlite3.connect(here)) as target,
        ):
            source.backup(target)
    except sqlite3.Error:  # not there, or being written
        here.unlink(missing_ok=True)
