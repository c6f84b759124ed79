"""What a practice's statement says: the figures of a close, gathered for all practices at once."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from transforms import package, warehouse
from transforms.mark import Close
from transforms.periods import Period
from transforms.statements.comparisons import Plots, plots_of
from transforms.statements.figures import percent_of, two_decimals
from transforms.working_days import nth_working_day

Row = Mapping[str, Any]

_DEAREST = 10  # of sql/statements/driver.sql: what comes after is told as one
_YEARS_IN_TEN = 8  # an interval of 80 per cent
_NOUGHT = Decimal("0.00")


@dataclass(frozen=True)
class PracticeFigures:
    """Rows of the statement's queries, grouped by practice where they have one."""

    practice: Mapping[str, Row]
    positions: Mapping[str, Sequence[Row]]
    opening: Mapping[str, Decimal]
    months: Mapping[str, Sequence[Row]]
    adjustments: Mapping[str, Sequence[Row]]
    largest: Mapping[str, Sequence[Row]]
    beside: Mapping[str, Row]
    replaced: Mapping[str, Row]
    merged: Sequence[Row]
    drivers: Mapping[str, Sequence[Row]]
    shares: Mapping[str, Sequence[Row]]
    elsewhere: Mapping[str, Row]
    not_charged: Mapping[str, Sequence[Row]]
    held: Mapping[str, Row]
    detail: Mapping[str, Row]
    plots: Plots | None
    names: Mapping[tuple[str, str], str]
    editions: Sequence[Row]
    data_to: datetime.date | None
    last_year_held: bool

    @property
    def practices(self) -> list[str]:
        """Those that receive a statement, by code."""
        return list(self.practice)

    @property
    def file_rows(self) -> Mapping[str, int]:
        """How many rows the detail file of each of them has."""
        return {code: self.detail.get(code, {}).get("file_rows", 0) for code in self.practice}

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, close: Close) -> "PracticeFigures":
        """Run the queries of sql/statements, each once for all practices."""

        def query(name: str) -> list[Row]:
            return list(warehouse.rows(connection, warehouse.read(f"statements/{name}.sql")))

        data_to = connection.execute(
            "select max(extract_datetime)::date from interchange "
            "where landing_number <= getvariable('high_water')"
        ).fetchone()
        held = connection.execute(
            "select count(*) > 0 from charge where to_close is null "
            "and activity_month >= getvariable('year_start') - interval 1 year "
            "and activity_month <= getvariable('period') - interval 1 year"
        ).fetchone()
        return cls(
            practice={row["practice_code"]: row for row in query("practice")},
            positions=_grouped(query("position_row")),
            opening={row["practice_code"]: row["ytd_actual"] for row in query("opening")},
            months=_grouped(query("month_point")),
            adjustments=_grouped(query("adjustment")),
            largest=_grouped(query("largest_adjustment")),
            beside={row["practice_code"]: row for row in query("beside_budget")},
            replaced={row["practice_code"]: row for row in query("replaced")},
            merged=query("merged_in"),
            drivers=_grouped(query("driver")),
            shares=_grouped(query("attribution_share")),
            elsewhere={row["practice_code"]: row for row in query("submitted_elsewhere")},
            not_charged=_grouped(query("not_charged")),
            held={row["practice_code"]: row for row in query("held_by_practice")},
            detail={row["practice_code"]: row for row in query("detail_total")},
            plots=plots_of(query("funnel_point"), close.config.statements.suppress_below),
            names={
                (row["dimension"], row["code"]): row["name"]
                for row in query("name")
                if row["name"] is not None
            },
            editions=query("tariff_edition"),
            data_to=data_to[0] if data_to else None,
            last_year_held=bool(held and held[0]),
        )


def statement_content(
    figures: PracticeFigures,
    close: Close,
    practice: str,
    detail_sha256: str,
    warnings: tuple[package.QualityWarning, ...],
) -> package.Statement:
    """The whole content of a practice's statement."""
    pods = [position_of(row) for row in figures.positions[practice]]
    total = pods[-1]
    return package.Statement(
        identity=_identity(figures, close, figures.practice[practice]),
        headline=_headline(figures, close, practice, total),
        months=_months(figures, close, practice, total),
        pods=tuple(pods[:-1]),
        total=total,
        changes=_changes(figures, close, practice, total),
        replaced=_replaced(figures.replaced.get(practice)),
        merged_in=_merged_in(figures, practice),
        closing=_closing(figures, figures.practice[practice]),
        drivers=_drivers(figures, close, practice),
        # Who merged away has nothing to compare.
        comparisons=figures.plots.of(practice, close.period)
        if figures.plots and not figures.practice[practice]["closing"]
        else None,
        trust=_trust(figures, close, practice, warnings),
        detail=_detail(figures, practice, detail_sha256),
        notes=notes_of(figures, close),
    )


def position_of(row: Row) -> package.Position:
    """A row of sql/statements/position_row.sql as the package's model."""
    names = package.Position.model_fields
    budget = row["month_budget"]
    return package.Position(
        **{name: row[name] for name in names if name in row},
        month_variance=None if budget is None else row["month_actual"] - budget,
    )


def notes_of(figures: PracticeFigures, close: Close) -> package.Notes:
    """What the figures rest on."""
    config = close.config
    return package.Notes(
        tariff_editions=tuple(package.TariffEdition(**edition) for edition in figures.editions),
        rules=package.Rules(
            attribution_date=config.attribution.date,
            freeze_after_months=config.ledger.freeze_after_months,
            ledger_opens=config.ledger.opens,
            suppress_below=config.statements.suppress_below,
        ),
        mark=close.high_water,
        software_version=close.software_version,
    )


def is_synthetic(figures: PracticeFigures) -> bool:
    """Whether a tariff that priced the charges says of itself that it was invented."""
    return any("invented" in edition["source"].lower() for edition in figures.editions)


def _grouped(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["practice_code"]].append(row)
    return grouped


def _identity(figures: PracticeFigures, close: Close, row: Row) -> package.Identity:
    period = close.period
    freeze = close.config.ledger.freeze_after_months
    weighted = row["weighted_list_size"]
    states = {_state(period.plus(-back), close) for back in range(period.month_of_year)}
    return package.Identity(
        number=row["statement_number"],
        commissioner_code=close.commissioner,
        commissioner_name=close.commissioner_name,
        practice_code=row["practice_code"],
        practice_name=row["name"],
        practice_address=row["address"],
        practice_postcode=row["postcode"],
        list_size=row["list_size"],
        weighted_list_size=None if weighted is None else two_decimals(weighted),
        close_date=row["close_date"],
        participation=row["participation"],
        period=str(period),
        financial_year=period.financial_year,
        first_month=str(_april(period)),
        month_number=period.month_of_year,
        revision=close.revision,
        standing="final" if freeze is not None and states == {"frozen"} else "provisional",
        contact=close.config.statements.contact or None,
        # Queries returned by the day of the next statement can be seen in it.
        query_deadline=nth_working_day(
            period.plus(2), close.config.statements.statement_working_day
        ),
        data_to=figures.data_to,
        synthetic=is_synthetic(figures),
    )


def _headline(
    figures: PracticeFigures, close: Close, practice: str, total: package.Position
) -> package.Headline:
    budget = total.ytd_budget or _NOUGHT
    annual = total.annual_budget or _NOUGHT
    now = figures.months[practice][close.period.month_of_year - 1]
    return package.Headline(
        budget_set=annual != 0,
        budget_to_date=budget,
        spent_to_date=total.ytd_actual,
        difference=total.ytd_actual - budget,
        difference_percent=total.variance_percent,
        annual_budget=annual,
        forecast=total.forecast,
        forecast_low=total.forecast_low,
        forecast_high=total.forecast_high,
        forecast_difference=None if total.forecast is None else total.forecast - annual,
        chance=_chance(total, now),
    )


def _chance(total: package.Position, now: Row) -> package.Chance | None:
    """What chance explains of the difference to date; None where nothing is expected or spent.

    A practice that keeps to its budget would show the season and lack what is late: only what is
    beyond that counts against chance.
    """
    budget = total.ytd_budget or _NOUGHT
    if now["chance"] is None or now["chance"] == 0:
        return None
    beyond = total.ytd_actual - budget + now["late"] - now["season"]
    return package.Chance(
        percent=percent_of(now["chance"], budget if total.annual_budget else total.ytd_actual),
        amount=now["chance"],
        years_in_ten=_YEARS_IN_TEN,
        late=now["late"],
        season=now["season"],
        within=abs(beyond) <= now["chance"] if total.annual_budget else None,
    )


def _months(
    figures: PracticeFigures, close: Close, practice: str, total: package.Position
) -> tuple[package.MonthPoint, ...]:
    freeze = close.config.ledger.freeze_after_months
    points = []
    for row in figures.months[practice]:
        month = Period.containing(row["month"])
        to_come = month > close.period
        budget = row["cumulative_budget"]
        band = None if to_come or not total.annual_budget else row["chance"]
        centre = _NOUGHT if band is None else row["season"] - row["late"]
        # What is expected by the end of a month ahead stands on what is spent to date.
        ahead = None if row["to_come"] is None else total.ytd_actual - budget
        points.append(
            package.MonthPoint(
                month=str(month),
                state=_state(month, close),
                freezes_in=None if freeze is None else str(month.plus(freeze + 1)),
                budget=row["budget"],
                cumulative_budget=budget,
                spells=None if to_come else row["spells"],
                actual=None if to_come else row["actual"],
                cumulative_actual=None if to_come else row["cumulative_actual"],
                cumulative_difference=None if to_come else row["cumulative_actual"] - budget,
                # Nobody spends less than nothing.
                chance_low=None if band is None else max(centre - band, -budget),
                chance_high=None if band is None else centre + band,
                forecast_low=None if ahead is None else ahead + row["to_come_low"],
                forecast_mid=None if ahead is None else ahead + row["to_come"],
                forecast_high=None if ahead is None else ahead + row["to_come_high"],
            )
        )
    return tuple(points)


def _state(month: Period, close: Close) -> package.MonthState:
    freeze = close.config.ledger.freeze_after_months
    if month > close.period:
        return "to_come"
    if freeze is None:
        return "open"
    return "frozen" if month < close.period.plus(-freeze) else "flex"


def _changes(
    figures: PracticeFigures, close: Close, practice: str, total: package.Position
) -> package.Changes:
    beside = figures.beside.get(practice)
    in_april = close.period == _april(close.period)
    return package.Changes(
        previous_period=None if in_april else str(close.period.previous()),
        previous_number=None if in_april else figures.practice[practice]["previous_number"],
        opening=figures.opening.get(practice, _NOUGHT),
        new_spells=total.month_spells,
        new_amount=total.month_actual,
        adjustments=tuple(
            package.Adjustment(
                reason=row["reason"],
                direction=row["direction"],
                by_succession=row["by_succession"],
                practice_code=row["other_practice"],
                practice_name=row["other_practice_name"] if row["other_practice"] else None,
                spells=row["spells"],
                charges=row["charges"],
                credits=row["credits"],
                amount=row["amount"],
            )
            for row in figures.adjustments.get(practice, ())
        ),
        adjustments_amount=total.adjustments,
        closing=total.ytd_actual,
        prior_year_spells=beside["prior_year_spells"] if beside else 0,
        prior_year_amount=beside["prior_year_amount"] if beside else _NOUGHT,
        excluded_postings=beside["excluded_postings"] if beside else 0,
        excluded_amount=beside["excluded_amount"] if beside else _NOUGHT,
        largest=tuple(
            package.LargestAdjustment(
                **{name: row[name] for name in package.LargestAdjustment.model_fields}
            )
            for row in figures.largest.get(practice, ())
        ),
    )


def _replaced(row: Row | None) -> package.Replaced | None:
    if row is None:
        return None
    return package.Replaced(
        number=row["statement_number"],
        spent_to_date=row["spent_to_date"],
        charges=row["charges"],
        credits=row["credits"],
        amount=row["amount"],
    )


def _merged_in(figures: PracticeFigures, practice: str) -> tuple[package.MergedIn, ...]:
    return tuple(
        package.MergedIn(
            practice_code=row["practice_code"],
            practice_name=row["practice_name"],
            merged_on=row["merged_on"],
            annual_budget=row["annual_budget"],
        )
        for row in figures.merged
        if row["successor_code"] == practice
    )


def _closing(figures: PracticeFigures, row: Row) -> package.Closing | None:
    if not row["closing"]:
        return None
    merged = next(
        (each for each in figures.merged if each["practice_code"] == row["practice_code"]), None
    )
    return package.Closing(
        successor_code=row["successor_code"],
        successor_name=row["successor_name"] or row["successor_code"],
        merged_on=row["merged_on"],
        spells_moved=merged["spells_moved"] if merged else 0,
        amount_moved=merged["amount_moved"] if merged else _NOUGHT,
        annual_budget_moved=merged["annual_budget"] if merged else _NOUGHT,
    )


def _drivers(figures: PracticeFigures, close: Close, practice: str) -> package.Drivers:
    rows = figures.drivers.get(practice, ())
    tables = {
        dimension: _driver_table(
            [row for row in rows if row["dimension"] == dimension], figures, dimension
        )
        for dimension in ("provider", "specialty", "hrg")
    }
    return package.Drivers(
        first_month=str(_april(close.period)),
        last_month=str(close.period),
        previous_held=figures.last_year_held,
        providers=tables["provider"],
        specialties=tables["specialty"],
        hrgs=tables["hrg"],
    )


def _driver_table(
    rows: Sequence[Row], figures: PracticeFigures, dimension: str
) -> package.DriverTable:
    total = sum((row["amount"] for row in rows), _NOUGHT)

    def driver(code: str | None, name: str, of: Sequence[Row]) -> package.Driver:
        amount = sum((row["amount"] for row in of), _NOUGHT)
        held = figures.last_year_held
        return package.Driver(
            code=code,
            name=name,
            spells=sum(row["spells"] for row in of),
            amount=amount,
            share_percent=percent_of(amount, total),
            previous_spells=sum(row["previous_spells"] for row in of) if held else None,
            previous_amount=sum((row["previous_amount"] for row in of), _NOUGHT) if held else None,
        )

    dearest = [row for row in rows if row["place"] <= _DEAREST]
    others = next((row for row in rows if row["place"] > _DEAREST), None)
    return package.DriverTable(
        rows=tuple(
            driver(row["code"], _name(figures, dimension, row["code"]), [row]) for row in dearest
        ),
        others=driver(None, "Others", [others]) if others else None,
        others_count=others["codes"] if others else 0,
        total=driver(None, "Total", rows),
    )


def _name(figures: PracticeFigures, dimension: str, code: str | None) -> str:
    if code is None:
        return "Not given"
    return figures.names.get((dimension, code), code)


def _trust(
    figures: PracticeFigures,
    close: Close,
    practice: str,
    warnings: tuple[package.QualityWarning, ...],
) -> package.Trust:
    elsewhere = figures.elsewhere.get(practice)
    held = figures.held.get(practice)
    not_charged = figures.not_charged.get(practice, ())
    closed = [row for row in not_charged if row["status"] != "open"]
    months = [Period.containing(row["month"]) for row in figures.months[practice]]
    return package.Trust(
        attribution=tuple(
            package.AttributionShare(
                basis=row["basis"],
                charges=row["charges"],
                amount=row["amount"],
                percent=row["percent"],
            )
            for row in figures.shares.get(practice, ())
        ),
        submitted_elsewhere_spells=elsewhere["spells"] if elsewhere else 0,
        submitted_elsewhere_amount=elsewhere["amount"] if elsewhere else _NOUGHT,
        not_charged=tuple(
            package.NotCharged(status=row["status"], reason=row["reason"], spells=row["spells"])
            for row in closed
        ),
        not_charged_spells=sum(row["spells"] for row in closed),
        open_spells=sum(row["spells"] for row in not_charged if row["status"] == "open"),
        held_spells=held["spells"] if held else 0,
        held_amount=held["amount"] if held else _NOUGHT,
        flex_months=tuple(str(month) for month in months if _state(month, close) == "flex"),
        warnings=warnings,
    )


def _detail(figures: PracticeFigures, practice: str, sha256: str) -> package.Detail:
    row = figures.detail.get(practice, {})
    return package.Detail(
        sha256=sha256,
        charges_rows=row.get("charges_rows", 0),
        charges_amount=row.get("charges_amount", _NOUGHT),
        year_to_date_rows=row.get("year_to_date_rows", 0),
        year_to_date_amount=row.get("year_to_date_amount", _NOUGHT),
        not_charged_rows=row.get("not_charged_rows", 0),
    )


def _april(period: Period) -> Period:
    return period.plus(1 - period.month_of_year)
