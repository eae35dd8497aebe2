"""What a page that is one file holds inside itself: data no HTML parser can leave, and scripts and styles by hash."""

import base64
import hashlib
import json
from typing import Any


def inlined(value: Any) -> str:
    """JSON for the inside of a script: "<", ">", "&" and two line ends that scripts once stopped at are escapes.

    Raises:
        ValueError: for a number that JSON does not know.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def source_hash(text: str) -> str:
    """A script or style, as a content security policy admits it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
