"""Settings files: TOML read into closed models; an unknown key is an error with a suggestion."""

import difflib
import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pydantic
from pydantic import BaseModel

from transforms.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, shown: str, *, exact: bool = False) -> dict[str, Any]:
    """A TOML file's tables. Raises UsageError; `shown` is what messages call the file.

    `exact` reads numbers with a point as Decimal, for money and what money is multiplied by.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text, parse_float=Decimal if exact else float)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown} is not valid TOML: {error}. Correct it there.") from error


def validated(model: type[Model], content: dict[str, Any], where: str) -> Model:
    """Settings as their model. Raises UsageError naming the keys; `where` names the file in it."""
    try:
        return model.model_validate(content)
    except pydantic.ValidationError as error:
        problems = "\n".join(f"  {line}" for line in _problems(error, model))
        raise UsageError(f"{where} has settings that cannot be used:\n{problems}") from error


def _problems(error: pydantic.ValidationError, model: type[BaseModel]) -> Iterator[str]:
    problems = error.errors()
    spoilt = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
    for problem in problems:
        if problem["type"] == "too_short" and problem["loc"] in spoilt:
            continue  # short only of the entries that are told of by themselves
        path = [str(part) for part in problem["loc"]]
        key = ".".join(path)
        if problem["type"] == "extra_forbidden":
            yield f"{key}: no such setting.{suggestion(path[-1], _known_keys(path[:-1], model))}"
        else:
            message = problem["msg"].removeprefix("Value error, ")
            told = f"{message[0].lower()}{message[1:]}".rstrip(".")
            yield f"{key}: {told}." if key else f"{told}."


def suggestion(word: str, known: Sequence[str]) -> str:
    """` Did you mean 'years'?`, if one of the known words is near; else nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _known_keys(path: list[str], settings: Any) -> list[str]:
    """The keys that a table of the settings knows."""
    model = settings
    for part in path:
        if part.isdigit():
            continue
        annotation = model.model_fields[part].annotation
        arguments = getattr(annotation, "__args__", ())
        model = arguments[0] if arguments else annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
    return list(model.model_fields)
