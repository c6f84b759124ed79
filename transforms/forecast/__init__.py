"""The forecast of stage `position`: each practice's year-end, with an 80 per cent interval.

What stands posted is a sum of money and is taken from the ledger to the penny. What is still to
come is an estimate, worked out in floating point and rounded once to the penny (half away from
zero): `forecast = ytd_actual + to_come`. Every sum on the way is exactly rounded (`math.fsum`) and
nothing is used but + - * / and square roots, which IEEE 754 fixes to the last bit, so that the same
ledger gives the same pennies on every machine.

Method, formulas and proof: docs/forecast.md.
"""

from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pyarrow as pa

from transforms.forecast.evidence import MONTHS, Evidence, Practice, read
from transforms.forecast.experience import Experience, experience_of
from transforms.forecast.outlook import Band, Interval, Rate, bands, rates_of, to_come
from transforms.mark import Close

_MONEY = pa.decimal128(18, 2)
_MARCH = MONTHS - 1
_TOTAL = "total"

_FORECAST = pa.schema(
    [
        ("practice_code", pa.string()),
        ("pod", pa.string()),
        ("to_come", _MONEY),
        ("to_come_low", _MONEY),
        ("to_come_high", _MONEY),
    ]
)
_FORECAST_MONTH = pa.schema(
    [
        ("practice_code", pa.string()),
        ("month", pa.date32()),
        ("to_come", _MONEY),
        ("to_come_low", _MONEY),
        ("to_come_high", _MONEY),
        ("chance", _MONEY),
        ("late", _MONEY),
        ("season", _MONEY),
    ]
)


def build(connection: duckdb.DuckDBPyConnection, close: Close) -> None:
    """Derive `forecast` and `forecast_month` from the ledger, held_budget and cumulative_share.

    `forecast`: one row per practice and POD, the total too; what is expected beyond ytd_actual.
    `forecast_month`: one row per practice and month of the year, of the total; for months ahead
    the same by that month's end, and for every month what chance explains of a difference: `chance`
    either way of `season` - `late`.
    """
    evidence = read(connection, close)
    experience = experience_of(evidence)
    april = close.period.plus(-evidence.month)
    months = [april.plus(place).first_day for place in range(MONTHS)]
    forecasts: list[tuple[object, ...]] = []
    by_month: list[tuple[object, ...]] = []
    for number, practice in enumerate(evidence.practices):
        rates = rates_of(practice, number, experience)
        pods = [
            _rounded(to_come(rates, [place], pod.chance, experience, _MARCH))
            for place, pod in enumerate(experience.pods)
        ]
        counted = [place for place in range(len(pods)) if practice.counted[place]]
        # The total is the sum of its parts to the penny; its ends are its own.
        whole = _holding(
            _rounded(to_come(rates, counted, experience.whole, experience, _MARCH)),
            sum((pods[place][1] for place in counted), Decimal("0.00")),
        )
        named = [(pod.code, amounts) for pod, amounts in zip(evidence.pods, pods, strict=True)]
        forecasts += [
            (practice.code, pod, mid, low, high)
            for pod, (low, mid, high) in [*named, (_TOTAL, whole)]
        ]
        of_chance = _bands(evidence, experience, practice, rates, counted)
        for place, month in enumerate(months):
            amounts = _until(rates, counted, experience, place, whole)
            band = of_chance[place]
            by_month.append(
                (
                    practice.code,
                    month,
                    amounts[1],
                    amounts[0],
                    amounts[2],
                    _to_the_penny(band.spread),
                    _to_the_penny(band.late),
                    _to_the_penny(band.season),
                )
            )
    _write(connection, "temp table forecast", _FORECAST, forecasts)
    _write(connection, "table forecast_month", _FORECAST_MONTH, by_month)


def _bands(
    evidence: Evidence,
    experience: Experience,
    practice: Practice,
    rates: tuple[Rate, ...],
    counted: list[int],
) -> list[Band]:
    """Of a practice that keeps to its budget; of one without, that keeps to its own rate."""
    bases = list(practice.budget)
    if not any(bases[place] for place in counted):
        bases = [rate.annual for rate in rates]
    shares = [pod.share for pod in evidence.pods]
    return bands(bases, counted, shares, experience.whole, experience)


Amounts = tuple[Decimal, Decimal, Decimal]


def _until(
    rates: tuple[Rate, ...],
    counted: list[int],
    experience: Experience,
    place: int,
    whole: Amounts,
) -> Amounts | tuple[None, None, None]:
    """What is to come by the end of a month ahead; by March the whole; none for months to date."""
    if place <= experience.month:
        return (None, None, None)
    if place == _MARCH:
        return whole
    return _rounded(to_come(rates, counted, experience.whole, experience, place))


def _to_the_penny(pennies: float) -> Decimal:
    return Decimal(pennies).quantize(Decimal(1), rounding=ROUND_HALF_UP).scaleb(-2)


def _rounded(interval: Interval) -> Amounts:
    return (
        _to_the_penny(interval.low),
        _to_the_penny(interval.mid),
        _to_the_penny(interval.high),
    )


def _holding(amounts: Amounts, mid: Decimal) -> Amounts:
    """The interval with another middle, which it holds."""
    low, _, high = amounts
    return (min(low, mid), mid, max(high, mid))


def _write(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    schema: pa.Schema,
    rows: list[tuple[object, ...]],
) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    connection.register(
        "estimated",
        pa.table(
            [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
        ),
    )
    connection.execute(f"create or replace {table} as from estimated")
    connection.unregister("estimated")
