"""The page: blind, self-contained, safe against what captions hold; in a real browser it asks, keeps and saves."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.people.asking import SYSTEMS, asked, images
from workflows.people.page import render
from workflows.people.questions import Question, page_id

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "a </script><script>document.title='no'</script> \u2028 <img src=http://example.org/x.png> dog"
browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")


def block(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.fixture
def page(tmp_path: Path) -> str:
    return render(asked(), images(tmp_path))


def dom(page: str, folder: Path, script: str = "") -> str:
    """What the page has become after fifteen seconds of its own time, with a script of the test run in it."""
    if script:  # only a page without its policy lets a second script in
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        page = page.replace("</body>", f'<script type="module">{script}</script></body>')
    (folder / "page.html").write_text(page, encoding="utf-8")
    given = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=15000", "--dump-dom"]
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [str(CHROMIUM), *given, profile, (folder / "page.html").as_uri()]
    return unescape(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


def test_it_names_no_system_and_no_photo(page: str) -> None:
    for name in (*SYSTEMS, "photo-0", "oracle"):
        assert name not in page
    assert [set(one) for one in block(page, "index")["questions"]] == [{"id", "photo", "captions"}] * 16


def test_it_asks_what_was_drawn_in_that_order(page: str) -> None:
    index = block(page, "index")
    assert index["id"] == page_id(asked())
    assert [(one["id"], tuple(one["captions"])) for one in index["questions"]] == [
        (one.id, one.captions) for one in asked()
    ]
    assert len(block(page, "pictures")) == len({one.photo for one in asked()})


def test_it_loads_nothing_and_lets_only_its_own_script_run(page: str) -> None:
    assert "http:" not in page
    assert "https:" not in page
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none'; img-src data:;")
    for tag in ("style", "script"):
        (text,) = re.findall(rf'<{tag}(?: type="module")?>(.*?)</{tag}>', page, re.DOTALL)
        mark = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{mark}'" in policy


def test_captions_cannot_leave_their_block(tmp_path: Path) -> None:
    hostile: list[Question] = [replace(one, captions=(HOSTILE, "A dog.")) for one in asked()]
    page = render(hostile, images(tmp_path))
    assert page.count("<script") == 3
    assert block(page, "index")["questions"][0]["captions"][0] == HOSTILE


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_texts_and_outlines_have_the_contrast_of_wcag_aa_in_light_and_in_dark(page: str) -> None:
    palettes = [dict(re.findall(r"--(\w+): (#\w{6})", line)) for line in page.splitlines() if "--paper: #" in line]
    assert len(palettes) == 2
    needed = {"ink": 4.5, "soft": 4.5, "line": 3.0, "accent": 3.0}
    for palette in palettes:
        for front, ratio in needed.items():
            for ground in ("paper", "raised", "tint") if ratio > 4 else ("paper",):
                light, dark = sorted((luminance(palette[front]), luminance(palette[ground])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= ratio, (front, ground)


@browser
def test_under_its_policy_the_first_question_is_shown_as_text(tmp_path: Path) -> None:
    hostile = [replace(one, captions=(HOSTILE, "A dog.")) for one in asked()]
    shown = dom(render(hostile, images(tmp_path)), tmp_path)
    assert HOSTILE in shown
    assert "Question 1 of 16" in shown
    assert "<title>Which describes the photograph better?</title>" in shown
    assert 'src="data:image/jpeg;base64,' in shown


ANSWER = """
const wait = (time) => new Promise((done) => setTimeout(done, time));
const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
URL.createObjectURL = (file) => { file.text().then((text) => { document.body.dataset.saved = text; }); return "#"; };
document.getElementById("judge").value = "Eve";
document.getElementById("judge").dispatchEvent(new Event("input"));
"""


@browser
def test_keys_answer_and_what_is_saved_is_what_was_answered(page: str, tmp_path: Path) -> None:
    script = ANSWER + (
        "for (const key of ['1', '2', '0', 'x', '2']) { await wait(250); press(key);"
        " if (key !== 'x') press('1'); }"  # at once, so meant for the question before
        "await wait(250); press('ArrowLeft'); await wait(250); press('1');"
        "document.getElementById('save').requestSubmit(); await wait(1000);"
    )
    shown = dom(page, tmp_path, script)
    (text,) = re.findall(r'data-saved="(\{.*?\n\})"', shown, re.DOTALL)
    saved = json.loads(text)
    assert (saved["page"], saved["judge"]) == (page_id(asked()), "Eve")
    assert [(one["question"], one["choice"]) for one in saved["answers"]] == [
        (question.id, choice) for question, choice in zip(asked(), (1, 2, 0, 1), strict=False)
    ]
    assert all(0.2 <= one["seconds"] < 15 for one in saved["answers"])
    assert "Question 5 of 16" in shown


@browser
@pytest.mark.slow
def test_a_closed_page_goes_on_where_it_was_left_to_its_end(page: str, tmp_path: Path) -> None:
    dom(page, tmp_path, ANSWER + "await wait(250); document.querySelectorAll('.side')[1].click(); await wait(2000);")
    look = (
        "document.body.dataset.judge = document.getElementById('judge').value;"
        "document.body.dataset.progress = document.getElementById('progress').textContent;"
    )
    answers = "for (const _ of Array(15)) { await wait(220); document.querySelector('[data-side=\"0\"]').click(); }"
    shown = dom(
        page, tmp_path, look + "const wait = (time) => new Promise((done) => setTimeout(done, time));" + answers
    )
    assert 'data-judge="Eve"' in shown
    assert 'data-progress="Question 2 of 16"' in shown
    assert "All 16 answered" in shown
    assert '<section id="done">' in shown
