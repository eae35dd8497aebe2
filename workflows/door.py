"""From a Luigi task to a command: each of its parameters is an option of the same name, default and help."""

import importlib
import inspect
import signal
import sys
from collections.abc import Callable
from typing import Annotated, Any, Literal

import luigi
import typer

from workflows.parameters import CommaList

_KINDS = ((luigi.BoolParameter, bool), (luigi.IntParameter, int), (luigi.FloatParameter, float))


def command(task: type[luigi.Task], show: str, first: str = "") -> Callable[..., None]:
    """A function for typer that runs a task and then shows its results.

    Args:
        task: its docstring's first line is the command's help.
        show: `module:function`, called with the directory of the results.
        first: the parameter that is an argument without a name, if any.
    """

    def run(workers: int, **given: Any) -> None:
        made = task(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})
        _run(made, workers)
        if not given.get("dry_run"):
            module, _, function = show.partition(":")
            getattr(importlib.import_module(module), function)(made.output().out)

    parameters = sorted(task.get_params(), key=lambda item: (not _required(item[1]), not item[1].significant))
    options = [_option(name, parameter, name == first) for name, parameter in parameters]
    options.append(_keyword("workers", Annotated[int, typer.Option(min=1, help="tasks run at a time")], 1))
    run.__dict__["__signature__"] = inspect.Signature(options)  # what typer reads
    run.__annotations__ = {option.name: option.annotation for option in options}
    run.__doc__ = (task.__doc__ or "").strip().partition("\n\n")[0]
    return run


def _option(name: str, parameter: luigi.Parameter, argument: bool) -> inspect.Parameter:
    about, low, high = parameter.description, getattr(parameter, "low", None), getattr(parameter, "high", None)
    default = inspect.Parameter.empty if _required(parameter) else _plain(parameter._default)
    if argument:
        several = list[str] if isinstance(parameter, CommaList) else str
        return _keyword(name, Annotated[several, typer.Argument(help=about)], default)
    option = typer.Option(f"--{name.replace('_', '-')}", help=about, min=low, max=high)
    return _keyword(name, Annotated[_kind(parameter), option], default)


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _kind(parameter: luigi.Parameter) -> Any:
    if isinstance(parameter, luigi.ChoiceParameter):
        return Literal[tuple(sorted(parameter._choices))]
    return next((kind for of, kind in _KINDS if isinstance(parameter, of)), str)


def _required(parameter: luigi.Parameter) -> bool:
    return parameter._default is luigi.parameter._no_value


def _plain(default: Any) -> Any:
    return ",".join(default) if isinstance(default, tuple) else default


def _run(task: luigi.Task, workers: int) -> None:
    """Run a task and what it needs, in as many processes; the exit status is 1 where it did not come to its end."""
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, _end)
    try:
        done = luigi.build([task], workers=workers, local_scheduler=True, log_level="WARNING")
    except KeyboardInterrupt as interrupt:
        sys.stderr.write("captionloom: interrupted; the same command goes on from here\n")
        raise typer.Exit(128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)) from None
    if not done:
        raise typer.Exit(1)


def _end(asked: int, _frame: object) -> None:
    """End as on an interrupt, so that no process that was started outlives this one and holds its output open."""
    raise KeyboardInterrupt(asked)
