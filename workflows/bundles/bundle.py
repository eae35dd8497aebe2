"""Bundles: a fitted plan in one file, so that it can describe photos where nobody has its training photos.

A bundle is a slice of a store in a zip file: the models and resources that a plan needs to answer, under the keys they
have, and the fingerprints of the photos they were fitted on. From these every key comes out as it was, so that all
fitting is done already wherever the artefacts are taken into a store. Members are stored, not deflated: a bundle is
never smaller than what it claims to hold, and equal content gives equal bytes. docs/bundles.md describes the format.
"""

import dataclasses
import errno
import hashlib
import json
import re
import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.config import split_spec
from pipeline.datasets import Dataset, Fingerprint
from pipeline.errors import BadBundle, CaptionloomError, StoreError
from pipeline.keys import Recipes, Source
from pipeline.plan import Plan
from pipeline.store import KINDS, Store
from workflows.bundles.portable import check_portable, needed

FORMAT = 1
MARK, MANIFEST = "captionloom_bundle", "bundle.json"
BLOCK = 1 << 20
"""Bytes read or written at a time."""
_MEMBER = re.compile(r"(?:(?:models|resources)/[0-9a-f]{32}|licences)(?:/(?!\.{1,2}(?:/|$))[^/\\:\x00-\x1f]+)+")
"""Names that stay inside the artefact's directory on any system."""
_MOST_MANIFEST = 50_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """What the manifest says of one file of a bundle."""

    bytes: int
    sha256: str


class Bundle:
    """A bundle that lies on disk. Opening it reads and checks its manifest and its list of files, not their content.

    Attributes:
        plan: what was fitted.
        learned_from: the dataset, for people; nothing hangs on it.
        fingerprints: split -> hashes of what the plan was fitted on.
        members: name -> size and hash of every file.

    Raises:
        BadBundle: if the file is damaged, something else, of a newer format, or holds what a bundle may not.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        with self._opened() as archive:
            content = self._manifest(archive)
            try:
                known = content[MARK]
                if not isinstance(known, int) or known > FORMAT:
                    raise self._bad(f"is of format {known!r}, and this captionloom reads {FORMAT}; use a newer one")
                self.content = content
                self.members = {str(name): Member(**entry) for name, entry in content["files"].items()}
                self.fingerprints = {str(split): Fingerprint(**made) for split, made in content["fingerprints"].items()}
                self.learned_from = str(content["learned_from"])
                text = json.dumps({part: content["plan"][part] for part in ("stages", "resources", "folds")})
                name, title = str(content["plan"]["name"]), str(content["plan"]["title"])
                self.plan = dataclasses.replace(Plan.from_text(text), name=name, title=title)
                self.plan.check()
                check_portable(self.plan)
            except (LookupError, TypeError, AttributeError) as error:
                raise self._bad(f"is damaged: its {MANIFEST} is not as it should be, {error}") from None
            except BadBundle:
                raise
            except CaptionloomError as error:
                raise self._bad(f"cannot be used here: {error}") from None
            self._check_members(archive)

    @property
    def key(self) -> str:
        """What it holds, as one key: artefacts, plan and fingerprints."""
        return str(self.content["key"])

    def install(self, store: Store) -> None:
        """Take its artefacts into a store, under the keys they have; those already there are left as they are.

        Raises:
            BadBundle: if a file is not what the manifest says.
            StoreError: if the store cannot be written.
        """
        inside: dict[tuple[str, str], list[str]] = {}
        for name in self.members:
            kind, key, *_ = name.split("/")
            inside.setdefault((kind, key), []).append(name)
        with self._opened() as archive:
            for (kind, key), names in sorted(inside.items()):
                if kind in KINDS:
                    self._install(archive, names, store, kind, key)

    def verify(self) -> None:
        """Read every file and compare it with the manifest.

        Raises:
            BadBundle: naming the first that differs.
        """
        with self._opened() as archive:
            for name in self.members:
                for _ in self._blocks(archive, name):
                    pass

    def _install(self, archive: zipfile.ZipFile, names: Iterable[str], store: Store, kind: str, key: str) -> None:
        try:
            with store.adopting(kind, key) as directory:
                if directory:
                    for name in names:
                        target = directory / name.removeprefix(f"{kind}/{key}/")
                        target.parent.mkdir(parents=True, exist_ok=True)
                        with target.open("xb") as handle:
                            for block in self._blocks(archive, name):
                                handle.write(block)
        except StoreError as error:
            raise StoreError(f"bundle {str(self.file)!r} cannot be taken into the store: {error}") from None

    def _blocks(self, archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
        seen, rest = hashlib.sha256(), self.members[name].bytes
        with archive.open(name) as handle:
            while block := handle.read(min(BLOCK, rest)):
                seen.update(block)
                rest -= len(block)
                yield block
        if rest or seen.hexdigest() != self.members[name].sha256:
            raise self._bad(f"is damaged: {name} is not what {MANIFEST} lists; get or export it again")

    def _manifest(self, archive: zipfile.ZipFile) -> dict[str, Any]:
        names = archive.namelist()
        if names.count(MANIFEST) != 1:
            raise self._bad(f"is no bundle of captionloom: it has no {MANIFEST}")
        info = archive.getinfo(MANIFEST)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > _MOST_MANIFEST:
            raise self._bad(f"is no bundle of captionloom: its {MANIFEST} is compressed or too large")
        try:
            content = json.loads(archive.read(MANIFEST))
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict) or MARK not in content:
            raise self._bad(f"is no bundle of captionloom: its {MANIFEST} says something else")
        return content

    def _check_members(self, archive: zipfile.ZipFile) -> None:
        """Refuse whatever the manifest does not list as it is, and names or kinds that could leave the store."""
        infos = [info for info in archive.infolist() if info.filename != MANIFEST]
        for info in infos:
            listed = self.members.get(info.filename)
            mode = stat.S_IFMT(info.external_attr >> 16)
            if listed is None:
                raise self._bad(f"holds {info.filename!r}, which its {MANIFEST} does not list; do not trust it")
            if not _MEMBER.fullmatch(info.filename) or mode not in (0, stat.S_IFREG):
                raise self._bad(f"holds {info.filename!r}, which no bundle may hold; do not trust it")
            if info.compress_type != zipfile.ZIP_STORED or not info.file_size == info.compress_size == listed.bytes:
                raise self._bad(f"is damaged: {info.filename} has another size than {MANIFEST} lists")
        names = Counter(info.filename for info in infos)
        twice = next((name for name, count in names.items() if count > 1), None)
        if twice:
            raise self._bad(f"holds {twice!r} twice; do not trust it")
        missing = sorted(self.members.keys() - names.keys())
        if missing:
            raise self._bad(f"is damaged: it lacks {missing[0]}; get or export it again")
        if sum(info.file_size for info in infos) > self.file.stat().st_size:
            raise self._bad("claims to hold more than its size; do not trust it")

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        if not self.file.is_file():
            raise self._bad("is not a file; mend its path")
        try:
            with zipfile.ZipFile(self.file) as archive:
                yield archive
        except (zipfile.BadZipFile, EOFError, RuntimeError, ValueError, struct.error) as error:
            raise self._bad(f"is damaged, or no bundle of captionloom: {error}; get or export it again") from None
        except OSError as error:
            if error.errno == errno.EINVAL:  # its directory points before its beginning
                raise self._bad("is damaged, or no bundle of captionloom; get or export it again") from None
            if error.filename == str(self.file):
                raise self._bad(f"cannot be read: {error.strerror}; mend that") from None
            raise

    def _bad(self, fault: str) -> BadBundle:
        return BadBundle(f"bundle {str(self.file)!r} {fault}")


class Bundled(Source):
    """What a plan was fitted on, as its bundle recorded it: fingerprints, and no photos."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.text = f"bundle:{bundle.file}"
        self.skipped = {}

    @property
    def splits(self) -> tuple[str, ...]:
        return ()

    @property
    def name(self) -> str:
        return split_spec(self.about)[0]

    @property
    def about(self) -> str:
        return self.bundle.learned_from

    @cached_property
    def dataset(self) -> Dataset[Any]:
        raise self._nothing_to_fit_on()

    def fingerprint(self, split: str) -> Fingerprint:
        if split not in self.bundle.fingerprints:
            raise self._nothing_to_fit_on()
        return self.bundle.fingerprints[split]

    def split_recipe(self, split: str) -> dict[str, Any]:
        raise self._nothing_to_fit_on()

    def check_fitted(self, plan: Plan) -> None:
        """Refuse a plan that has something to be fitted which the bundle does not bring fitted.

        Raises:
            BadBundle: naming the stage or resource.
        """
        for artefact, what in needed(Recipes(plan, self)).items():
            if f"{artefact}/manifest.json" not in self.bundle.members:
                raise BadBundle(
                    f"bundle {str(self.bundle.file)!r} brings no fitted {what} as this captionloom makes it: export it"
                    " again, or leave out the --swap that asks for another"
                )

    def _nothing_to_fit_on(self) -> BadBundle:
        return BadBundle(
            f"bundle {str(self.bundle.file)!r} brings fitted stages, not photos to fit others on: give the dataset by"
            " --fit-on"
        )
