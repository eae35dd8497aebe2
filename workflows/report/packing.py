"""Values inside the page, small: JSON, deflated, in the letters of base64, which no HTML parser reads as markup."""

import base64
import json
import zlib
from typing import Any


def packed(value: Any) -> str:
    """The letters that `unpacked` of the page's script, or inflating, turns back; lone surrogates become "?"."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("utf-8", "replace"), 9)).decode("ascii")
