"""The package's models: money to the penny, bytes fixed by content, nothing unknown let in."""

import inspect
import json
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.documents.example_control import control_of, example_run
from tests.documents.example_package import (
    EXTREMES,
    ORDINARY,
    rows_of,
    statement_of,
    write_package,
)
from transforms import package as p


@pytest.fixture(scope="module")
def statement() -> p.Statement:
    return statement_of(ORDINARY, "2004-09", rows_of(ORDINARY, "2004-09"), "0" * 64)


def models() -> list[type[p.Record]]:
    return [
        model
        for _, model in inspect.getmembers(p, inspect.isclass)
        if issubclass(model, p.Record) and model is not p.Record
    ]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_field_is_described(model: type[p.Record]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def bridge_line(amount: object) -> p.BridgeLine:
    return p.BridgeLine.model_validate(
        {"code": "practices", "name": "Practices", "spells": 1, "amount": amount}
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1234.5", "1234.50"),
        (Decimal("-0.10"), "-0.10"),
        (12, "12.00"),
        ("-0.00", "0.00"),
        (Decimal("99999999999999.99"), "99999999999999.99"),
        (Decimal("1E+3"), "1000.00"),
    ],
)
def test_money_is_kept_to_the_penny(given: object, kept: str) -> None:
    line = bridge_line(given)
    assert str(line.amount) == kept
    assert json.loads(p.canonical_json(line))["amount"] == kept


@pytest.mark.parametrize("given", [0.1, 1.0, True, "0.001", "one", "NaN", None])
def test_money_is_never_a_float_nor_part_of_a_penny(given: object) -> None:
    with pytest.raises(ValidationError):
        bridge_line(given)


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="pounds"):
        p.BridgeLine.model_validate(
            {"code": "a", "name": "b", "spells": 1, "amount": "1.00", "pounds": "1.00"}
        )


def test_a_record_cannot_change(statement: p.Statement) -> None:
    with pytest.raises(ValidationError):
        statement.headline.difference = Decimal(0)


@pytest.mark.parametrize("month", ["2004-13", "2004-9", "04-09", "2004/09"])
def test_a_month_is_written_one_way(statement: p.Statement, month: str) -> None:
    content = json.loads(p.canonical_json(statement))
    content["identity"]["period"] = month
    with pytest.raises(ValidationError, match="period"):
        p.Statement.model_validate(content)


def test_a_statement_read_back_is_the_same(statement: p.Statement, tmp_path: Path) -> None:
    path = p.write_statement(tmp_path / "Y90003", statement)
    assert p.read_statement(tmp_path / "Y90003") == statement
    assert path.read_bytes() == p.canonical_json(statement)
    assert path.read_bytes().endswith(b"}\n")
    assert list(path.parent.iterdir()) == [path]  # no part of a file left


def test_control_figures_and_run_read_back_are_the_same(tmp_path: Path) -> None:
    write_package(tmp_path, [EXTREMES["over_300"]])
    control, run = control_of(tmp_path), example_run()
    p.write_control(tmp_path, control)
    assert p.read_run(tmp_path) == p.Run()  # none was written yet
    p.write_run(tmp_path, run)
    assert p.read_control(tmp_path) == control
    assert p.read_run(tmp_path) == run


def test_the_package_hash_holds_statement_and_charges(tmp_path: Path) -> None:
    write_package(tmp_path, [EXTREMES["over_300"]])
    own = tmp_path / EXTREMES["over_300"].code
    statement = p.read_statement(own)
    assert statement.detail.sha256 == p.file_hash(own, own / p.CHARGES_FILE).sha256
    before = p.package_hash(own)
    detail = statement.detail.model_copy(update={"sha256": "1" * 64})
    p.write_statement(own, statement.model_copy(update={"detail": detail}))
    assert p.package_hash(own) != before
