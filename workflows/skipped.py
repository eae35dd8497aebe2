"""What is said of photos that were left out because they cannot be used."""

from collections.abc import Mapping

MOST_NAMED = 10


def counted(skipped: Mapping[str, str]) -> str:
    """ "2 photos skipped"; empty where none was."""
    photos = "photo" if len(skipped) == 1 else "photos"
    return f"{len(skipped)} {photos} skipped" if skipped else ""


def reasons(skipped: Mapping[str, str]) -> list[str]:
    """Why, a line a photo, for at most MOST_NAMED photos."""
    named = list(skipped.values())[:MOST_NAMED]
    more = len(skipped) - len(named)
    return [*named, f"and {more} more"] if more else named


def notes(skipped: Mapping[str, str]) -> tuple[str, ...]:
    """The same as one note of a page; none where nothing was skipped."""
    return (f"{counted(skipped)}: {'; '.join(reasons(skipped))}.",) if skipped else ()
