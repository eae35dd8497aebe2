"""A question of the field, written down before it is answered: what the papers predict, and which numbers decide."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pipeline.errors import BadPlan, UnknownName
from stages.analysis.gates import KINDS

SHIPPED = Path(__file__).parent
Expected: TypeAlias = Literal["more", "less"]
_TERM = re.compile(r"\s*([+-]?)\s*([A-Za-z_]\w*)(?:\[([^\]]*)\])?\s*")


@dataclass(frozen=True, slots=True)
class Term:
    """A plan, with stages swapped in (`field=stage`), whose score is added or taken away."""

    sign: int
    plan: str
    swaps: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As it is written: `plan` or `plan[field=stage]`."""
        return f"{self.plan}[{','.join(self.swaps)}]" if self.swaps else self.plan


@dataclass(frozen=True, slots=True)
class Deciding:
    """One sum that decides: of plans' scores, or of a gate of one plan at kinds of words.

    Attributes:
        says: what it is, in words.
        terms: the plans; of a gate, one.
        score: the name of a score, such as "CIDEr-D"; of a gate, the name of its number in the evidence.
        at: of a gate, kinds of words whose mean counts with a plus and with a minus; otherwise none.
        expects: what the papers predict: more than 0 or less.
    """

    says: str
    terms: tuple[Term, ...]
    score: str
    expects: Expected
    at: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The question, what papers predict, what decides it, and what the photos learned from have to annotate for it."""

    name: str
    title: str
    claim: str
    deciding: tuple[Deciding, ...]
    learns_from: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every plan asked about, once."""
        return tuple({term.name: term for one in self.deciding for term in one.terms}.values())


def question_names() -> tuple[str, ...]:
    """The questions that come with captionloom."""
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.toml")))


def find_question(text: str) -> Question:
    """A shipped question by name, or one's own by its .toml file.

    Raises:
        UnknownName: naming the nearest shipped question.
        BadPlan: if the file is not such a question.
    """
    if not text.endswith(".toml") and text not in question_names():
        raise UnknownName("question", text, question_names())
    path = Path(text) if text.endswith(".toml") else SHIPPED / f"{text}.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        deciding = tuple(_deciding(path, item) for item in content["decides"])
        return Question(path.stem, content["title"], content["claim"], deciding, tuple(content.get("learns_from", ())))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadPlan(f"question {str(path)!r} cannot be read: {why}; mend the file, or its path") from None
    except (KeyError, TypeError) as error:
        raise BadPlan(f"question {str(path)!r} needs title, claim and tables [[decides]] with says, sum, score and "
                      f"expects; missing or of another kind: {error}") from None  # fmt: skip


def _deciding(path: Path, item: dict[str, Any]) -> Deciding:
    expects = item["expects"]
    if expects not in get_args(Expected):
        raise BadPlan(f"question {str(path)!r}: expects = {expects!r} should be {' or '.join(get_args(Expected))}")
    at = tuple(item.get("at", ()))
    for kind in at:
        if kind not in KINDS:
            raise UnknownName("kind of words", kind, tuple(KINDS))
    if len(at) not in (0, 2):
        raise BadPlan(f"question {str(path)!r}: at = {list(at)} should be two kinds of words")
    terms = terms_of(item["sum"])
    if at and (len(terms) > 1 or terms[0].sign < 0):
        raise BadPlan(f"question {str(path)!r}: sum = {item['sum']!r} should be one plan, whose gate is asked about")
    pair = (at[0], at[1]) if at else None
    return Deciding(item["says"], terms, item["score"], expects, pair)


def terms_of(text: str) -> tuple[Term, ...]:
    """`a - b[graph=argmax]` as its terms.

    Raises:
        BadPlan: if it is not a sum of plans.
    """
    terms, place = list[Term](), 0
    while place < len(text) or not terms:
        found = _TERM.match(text, place)
        if not found or (terms and not found[1]):
            raise BadPlan(f"{text!r} should be a sum of plans, such as adaptive - spatial or babytalk[graph=argmax]")
        swaps = tuple(swap.strip() for swap in (found[3] or "").split(",") if swap.strip())
        terms.append(Term(-1 if found[1] == "-" else 1, found[2], swaps))
        place = found.end()
    return tuple(terms)
