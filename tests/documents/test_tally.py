"""Counts and sums: formula and value say the same, whatever the text they look for."""

from decimal import Decimal

from transforms.documents.detail_columns import CHARGE_COLUMNS
from transforms.documents.detail_rows import Sheet, Value
from transforms.documents.tally import Where, count, together, total


def sheet(*rows: dict[str, Value]) -> Sheet:
    names = [one.name for one in CHARGE_COLUMNS]
    return Sheet("Charges", CHARGE_COLUMNS, [tuple(row.get(n) for n in names) for row in rows])


def test_conditions_are_all_to_be_met() -> None:
    given = sheet(
        {"pod": "Day case", "activity_month": "2004-08", "total_price": Decimal("10.10")},
        {"pod": "Day case", "activity_month": "2004-09", "total_price": Decimal("20.20")},
        {"pod": "Elective", "activity_month": "2004-09", "total_price": Decimal("40.40")},
        {"pod": None, "activity_month": None, "total_price": None},
    )
    day, september = Where("pod", "Day case"), Where("activity_month", "2004-09")
    assert count(given, day).value == 2
    assert total(given, day).value == Decimal("30.30")
    assert total(given, day, september).value == Decimal("20.20")
    assert total(given, Where("activity_month", "2004-09", "<")).value == Decimal("10.10")
    assert total(given, Where("activity_month", "2004-09", ">=")).value == Decimal("60.60")
    assert total(given).value == Decimal("70.70")


def test_formulas_name_columns_and_criteria() -> None:
    given = sheet({"pod": "Day case"}, {"pod": "Day case"})
    assert count(given, Where("pod", "Day case")).formula == (
        "=COUNTIFS('Charges'!$Q$2:$Q$3,\"=Day case\")"
    )
    month = Where("activity_month", "2004-09", ">=")
    assert '">=38231"' in total(given, month).formula  # 1 September 2004


def test_a_sum_of_tallies_is_one_formula() -> None:
    given = sheet({"pod": "Day case"}, {"pod": "Elective"})
    both = together([count(given, Where("pod", pod)) for pod in ("Day case", "Elective")])
    assert both.value == 2
    assert both.formula.count("=COUNTIFS") == 1
    assert both.formula.count("COUNTIFS") == 2
    assert together([]).formula == "=0"


def test_text_in_a_criterion_is_no_pattern_and_ends_no_quote() -> None:
    given = sheet({"provider_code": 'A*"?~\x07'})
    found = count(given, Where("provider_code", 'A*"?~\x07'))
    assert found.value == 1
    assert found.formula.endswith(',"=A~*""~?~~\N{REPLACEMENT CHARACTER}")')
