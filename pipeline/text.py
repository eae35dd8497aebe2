"""Sentences to words and back, deterministically and in any script that puts spaces between its words.

The words are close to the Penn Treebank's as caption scorers use them: lower case, no punctuation, clitics apart
("the dog's" -> the dog 's, "don't" -> do n't), hyphens and decimal points kept inside a word.
"""

import re
import unicodedata
from collections.abc import Sequence

_CLITICS = ("n't", "'s", "'m", "'d", "'re", "'ve", "'ll")
_CLITIC = re.compile(rf"(?<=\w)({'|'.join(_CLITICS)})(?!\w)")
_APOSTROPHES = "’ʼ＇`´‘"
_OUTER = "-'.,"  # inside a word these belong to it, around it they do not
_INNER = _OUTER + "&"


class _Characters(dict[int, str]):
    """Letters, digits, marks and what may stand inside a word map to themselves, everything else to a space."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _APOSTROPHES:
            kept = "'"
        elif unicodedata.category(character)[0] in "LNM" or character in _INNER:
            kept = character
        else:
            kept = " "
        self[code] = kept
        return kept


_CHARACTERS = _Characters()
_NOT_DECIMAL = re.compile(r"(?<![0-9])[.,]|[.,](?![0-9])")


def tokenise(sentence: str) -> tuple[str, ...]:
    """The words of a sentence, lower case, without punctuation; see the module for what counts as a word."""
    text = unicodedata.normalize("NFC", sentence.lower()).translate(_CHARACTERS)
    text = _CLITIC.sub(r" \1", _NOT_DECIMAL.sub(" ", text))
    return tuple(word for raw in text.split() if (word := raw if raw in _CLITICS else raw.strip(_OUTER)))


def detokenise(words: Sequence[str]) -> str:
    """Words as a sentence with a capital and a full stop, clitics joined to the word before them."""
    text = ""
    for word in words:
        text += word if not text or word in _CLITICS else f" {word}"
    capital = text[:1].upper()
    if capital.lower() == text[:1]:
        text = capital + text[1:]
    return f"{text}." if text else ""


def is_writable(text: str) -> bool:
    """Whether it can be written in UTF-8: escapes in JSON can say half of a character, which no file can hold."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
