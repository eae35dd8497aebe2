"""What every fingerprint of a pycocoevalcap score says."""

from importlib import metadata

from stages.language.ptb import TOKENISER

_PACKAGE = "pycocoevalcap"


def fingerprint(variant: str, idf: str = "none") -> str:
    """Tool with its installed version, variant, tokeniser and idf source, in one line."""
    try:
        version = metadata.version(_PACKAGE)
    except metadata.PackageNotFoundError:
        version = "not installed"
    return f"{_PACKAGE} {version}; {variant}; {TOKENISER}; idf: {idf}"
