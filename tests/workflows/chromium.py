"""A page in headless Chromium: what a script finds there after the page's own has run."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
_ASKED = """
<script>{library}</script><script type="module">
const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const go = async (address) => {{ location.hash = address; await rest(200); }};
const tell = async () => {{ await rest(200); {script} }};
parent.postMessage(JSON.stringify(await tell().catch((error) => String(error.stack))), "*");
</script></body>"""
_OUTER = """<!doctype html><pre id="told"></pre>
<iframe src="inner.html#{address}" width="{width}" height="880"></iframe>
<script>onmessage = ({{ data }}) => {{ document.getElementById("told").textContent = data; }};</script>"""


def asked(
    page: str, directory: Path, script: str, address: str = "", library: str = "", width: int = 1280, dark: bool = False
) -> Any:
    """What the body of an async function returns that runs in a copy of the page, opened at `#address`.

    The copy admits the script, so it is without the page's content security policy; and it lies in a frame `width`
    pixels wide, as no window is as narrow as a telephone.
    """
    plain = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page)
    inner = plain.replace("</body>", _ASKED.format(library=library, script=script))
    (directory / "inner.html").write_text(inner, encoding="utf-8")
    (directory / "outer.html").write_text(_OUTER.format(address=address, width=width), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000", "--dump-dom"]
    options += [f"--user-data-dir={directory / 'profile'}", f"--window-size={width + 40},900"]
    options += [f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    command = [str(CHROMIUM), *options, (directory / "outer.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True).stdout
    told = re.search(r"<pre id=\"told\">(.*?)</pre>", shown, re.DOTALL)
    return json.loads(html.unescape(told.group(1))) if told and told.group(1) else None
