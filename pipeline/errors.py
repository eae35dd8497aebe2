"""The errors a user can meet: each says what was wrong, the value, what would be right and the nearest name."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches


class CaptionloomError(Exception):
    """Base of every error whose message is meant for the person at the keyboard."""


class UnknownName(CaptionloomError):
    """A stage, plan, option, field, metric or dataset that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        remedy = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none'}"
        super().__init__(f"unknown {kind} {name!r}: {remedy}")

    def __reduce__(self) -> tuple[Callable[[str], "UnknownName"], tuple[str]]:
        return _unknown, (str(self),)


def _unknown(message: str) -> UnknownName:
    """One that comes from another process."""
    error = UnknownName.__new__(UnknownName)
    Exception.__init__(error, message)
    return error


class BadOption(CaptionloomError):
    """An option whose value is of the wrong kind or out of its bounds."""


class BadPlan(CaptionloomError):
    """A plan that cannot work, found before anything runs."""


class BadData(CaptionloomError):
    """A dataset, photo or annotation that cannot be used as it is."""


class BadPhoto(BadData):
    """A photo that cannot be decoded or is too large to be decoded safely."""


class BadBundle(BadData):
    """A bundle that is damaged, something else, of a newer format, or does not bring what is asked of it."""


class StoreError(CaptionloomError):
    """A store directory that is damaged, foreign, full or not writable."""


class NotFitted(CaptionloomError):
    """A stage asked to predict before it was fitted."""


class FieldNotAvailable(CaptionloomError):
    """A field that a stage reads without declaring it, or that nothing wrote."""


class ProcessFailed(CaptionloomError):
    """One of several processes that work together ended before its work was done."""


class MissingDependency(CaptionloomError):
    """A package, program or weights file that is needed and not there; says how to get it."""


class ContractViolation(CaptionloomError):
    """A stage, resource, metric or dataset that breaks its contract."""
