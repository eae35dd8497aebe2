"""The files of answers that judges save, read against the key of the page they were given to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import BadData
from stages.analysis.choices import Choice
from workflows.people.key import Key, read_json
from workflows.people.questions import Question

_REMEDY = "ask the judge to open the page in the same browser and to save the answers again"


def read_choices(key: Key, files: Sequence[Path]) -> list[Choice]:
    """The answers of all files; those of a judge who stopped early are as good as any.

    Raises:
        BadData: for a file that is damaged or no file of answers, answers to another page or to a question that the
            page does not ask, one question answered twice, and two files of one judge.
    """
    asked = {question.id: question for question in key.questions}
    origin: dict[str, Path] = {}
    found = []
    for file in files:
        content = read_json(file, _REMEDY)
        if not isinstance(content, dict) or not isinstance(content.get("answers"), list):
            raise BadData(f"{file} holds no answers of a page; {_REMEDY}")
        if content.get("page") != key.page:
            raise BadData(
                f"{file} answers page {content.get('page')!r}, the key is of {key.page!r}: give the key of that page"
            )
        judge = content.get("judge")
        if not isinstance(judge, str) or not judge.strip():
            raise BadData(f"{file} has no name of a judge; {_REMEDY}")
        if judge in origin:
            raise BadData(
                f"{file} and {origin[judge]} are both by {judge!r}: leave the older out, or change one's name"
            )
        origin[judge] = file
        found += _choices(file, judge, content["answers"], asked)
    return found


def _choices(file: Path, judge: str, answers: list[Any], asked: dict[str, Question]) -> list[Choice]:
    found: dict[str, Choice] = {}
    for place, answer in enumerate(answers, 1):
        where = f"{file}, answer {place}"
        if not isinstance(answer, dict) or type(answer.get("choice")) is not int or answer["choice"] not in (0, 1, 2):
            raise BadData(f"{where} is {answer!r}: a choice is 1, 2 or 0; {_REMEDY}")
        name = answer.get("question")
        if not isinstance(name, str) or name not in asked:
            raise BadData(f"{where} is of question {name!r}, which this page does not ask; {_REMEDY}")
        if name in found:
            raise BadData(f"{where} answers question {name!r} a second time; keep one of the two")
        question = asked[name]
        found[name] = Choice(
            question=question.of or question.id,
            judge=judge,
            photo=question.photo,
            systems=question.systems,
            side=answer["choice"],
            again=bool(question.of),
        )
    return list(found.values())
