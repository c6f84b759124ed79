"""The close's control figures: a funnel from records landed to pounds posted, every loss named."""

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from transforms import package, warehouse
from transforms.mark import Close
from transforms.statements.figures import percent_of
from transforms.statements.practice import PracticeFigures, is_synthetic, notes_of, position_of

Row = Mapping[str, Any]

_RULES = Path(__file__).resolve().parents[2] / "data" / "codes" / "record_rule.csv"
_NOUGHT = Decimal("0.00")
_APRIL = 1


def control_content(
    connection: duckdb.DuckDBPyConnection, close: Close, figures: PracticeFigures
) -> package.Control:
    """The whole content of control.json."""

    def query(name: str) -> list[Row]:
        return list(warehouse.rows(connection, warehouse.read(f"statements/{name}.sql")))

    figure = query("control_figure")[0]
    interchanges = query("control_interchange")
    rules = rule_texts()
    positions = _positions(figures)
    practices_total = _practices_total(positions)
    bridge = _bridge(figure)
    quarantined = sum(row["quarantined"] for row in interchanges)
    return package.Control(
        identity=package.ControlIdentity(
            commissioner_code=close.commissioner,
            commissioner_name=close.commissioner_name,
            period=str(close.period),
            financial_year=close.period.financial_year,
            first_month=str(close.period.plus(_APRIL - close.period.month_of_year)),
            month_number=close.period.month_of_year,
            revision=close.revision,
            mark=close.high_water,
            data_to=figures.data_to,
            synthetic=is_synthetic(figures),
        ),
        funnel=_funnel(figure),
        interchanges=tuple(_interchange(row) for row in interchanges),
        providers=tuple(package.ProviderControl(**row) for row in query("control_provider")),
        quarantine=tuple(
            package.QuarantineRule(
                rule=row["rule"],
                text=rules[row["rule"]],
                sender=row["sender"],
                records=row["records"],
            )
            for row in query("control_quarantine")
        ),
        quarantined_records=quarantined,
        warnings=_warnings(connection, rules, figure),
        unfinished_episodes=figure["unfinished"],
        other_care_episodes=figure["other_care"],
        open_spells=figure["open_spells"],
        suspense_spells=figure["suspense_spells"],
        suspense_amount=figure["suspense_amount"],
        not_responsible=tuple(
            package.NotResponsible(**row) for row in query("control_not_responsible")
        ),
        held_months=tuple(
            package.HeldMonth(**row)
            for row in warehouse.rows(
                connection,
                "select strftime(activity_month, '%Y-%m') as activity_month, "
                "count(*) as spells, sum(amount) as amount from held_change "
                "group by all order by all",
            )
        ),
        before_ledger_spells=figure["before_ledger_spells"],
        before_ledger_amount=figure["before_ledger_amount"],
        positions=positions,
        practices_total=practices_total,
        provider_months=tuple(
            package.ProviderMonth(**row) for row in query("control_provider_month")
        ),
        adjustments=tuple(package.AdjustmentRow(**row) for row in query("control_adjustment")),
        budgets=_budgets(positions),
        bridge=bridge,
        ties=_ties(figure, figures, positions, interchanges, bridge),
        statements=_statements(figures, positions),
        notes=notes_of(figures, close),
    )


def rule_texts() -> dict[str, str]:
    """The rules of records in words, by code: quarantine E01 to E07, warnings W01 to W06."""
    with _RULES.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def _positions(figures: PracticeFigures) -> tuple[package.PracticePosition, ...]:
    found = []
    for code, rows in figures.positions.items():
        models = [position_of(row) for row in rows]
        practice = figures.practice.get(code)
        found.append(
            package.PracticePosition(
                practice_code=code,
                practice_name=rows[0]["practice_name"],
                participation=practice["participation"] if practice else None,
                pods=tuple(models[:-1]),
                total=models[-1],
            )
        )
    return tuple(found)


def _practices_total(
    positions: tuple[package.PracticePosition, ...],
) -> tuple[package.Position, ...]:
    """All practices together, without RESIDENT: a row per POD, then the total."""
    practices = [each for each in positions if each.practice_code != "RESIDENT"]
    if not practices:
        return ()
    by_pod: list[list[package.Position]] = [
        [each.pods[place] for each in practices] for place in range(len(practices[0].pods))
    ]
    by_pod.append([each.total for each in practices])
    return tuple(_sum(rows) for rows in by_pod)


def _sum(rows: list[package.Position]) -> package.Position:
    def total(name: str) -> Any:
        return sum((getattr(row, name) or 0 for row in rows), 0 * (getattr(rows[0], name) or 0))

    summed = {
        name: total(name)
        for name in (
            "month_spells",
            "month_actual",
            "month_budget",
            "month_variance",
            "adjustments",
            "ytd_spells",
            "ytd_actual",
            "ytd_budget",
            "variance",
            "annual_budget",
            "prior_year_adjustments",
        )
    }
    has_forecast = all(row.forecast is not None for row in rows)
    return package.Position(
        pod=rows[0].pod,
        pod_name=rows[0].pod_name,
        treatment=None,
        variance_percent=percent_of(summed["variance"], summed["ytd_budget"]),
        forecast=total("forecast") if has_forecast else None,
        **summed,
    )


def _interchange(row: Row) -> package.InterchangeControl:
    return package.InterchangeControl(
        landing=row["landing_number"],
        sender=row["sender"],
        interchange_id=row["interchange_id"],
        file_name=row["file_name"],
        file_format=row["format"],
        protocol=row["protocol"],
        extract_date=row["extract_date"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        declared=row["declared_records"],
        records=row["records"],
        fates=package.Fates(**{name: int(row[name]) for name in package.Fates.model_fields}),
        new_in_period=row["new_in_period"],
    )


def _funnel(figure: Row) -> tuple[package.FunnelStep, ...]:
    def loss(code: str, name: str, count: str, amount: str | None = None) -> package.Loss:
        return package.Loss(
            code=code,
            name=name,
            count=int(figure[count]),
            amount=None if amount is None else figure[amount],
        )

    closed = figure["closed_spells"]
    not_charged = figure["excluded"] + figure["ungrouped"] + figure["no_tariff"]
    responsible = figure["priced_spells"] - figure["not_responsible_priced"]
    return (
        package.FunnelStep(
            stage="land",
            name="Records landed",
            unit="records",
            entering=int(figure["records"]),
            losses=(loss("quarantined", "in quarantine", "quarantined"),),
            leaving=int(figure["records"] - figure["quarantined"]),
            leaving_name="good records",
        ),
        package.FunnelStep(
            stage="episodes",
            name="Which records are live",
            unit="records",
            entering=int(figure["records"] - figure["quarantined"]),
            losses=(
                loss("superseded", "superseded by a later record", "superseded"),
                loss("deletion", "instructions to delete", "deletion"),
                loss("deleted", "deleted", "deleted"),
                loss("replaced", "not brought again by a bulk replacement", "replaced"),
            ),
            leaving=int(figure["live"]),
            leaving_name="live records",
        ),
        package.FunnelStep(
            stage="spells",
            name="Which live records are hospital care",
            unit="records",
            entering=int(figure["live"]),
            losses=(
                loss("unfinished", "unfinished episodes (types 180, 190, 200)", "unfinished"),
                loss("other_care", "births and deliveries elsewhere (150, 160)", "other_care"),
            ),
            leaving=figure["episodes"],
            leaving_name="live episodes",
        ),
        package.FunnelStep(
            stage="prices",
            name="Which spells are priced",
            unit="spells",
            entering=figure["spells"],
            losses=(
                loss("open", "not discharged by the period's end", "open_spells"),
                loss("excluded", "excluded from the tariff", "excluded"),
                loss("ungrouped", "without a usable HRG", "ungrouped"),
                loss("no_tariff", "with no price", "no_tariff"),
            ),
            leaving=closed - not_charged,
            leaving_amount=figure["total_amount"],
            leaving_name="priced spells",
        ),
        package.FunnelStep(
            stage="attribution",
            name="Who answers for them",
            unit="spells",
            entering=closed - not_charged,
            entering_amount=figure["total_amount"],
            losses=(
                loss(
                    "not_responsible",
                    "of another commissioner",
                    "not_responsible_priced",
                    "not_responsible_amount",
                ),
            ),
            leaving=responsible,
            leaving_amount=figure["total_amount"] - figure["not_responsible_amount"],
            leaving_name="charges",
        ),
        package.FunnelStep(
            stage="ledger",
            name="What is posted",
            unit="spells",
            entering=responsible,
            entering_amount=figure["total_amount"] - figure["not_responsible_amount"],
            losses=(
                loss(
                    "before_ledger",
                    "of months before the ledger opens",
                    "before_ledger_spells",
                    "before_ledger_amount",
                ),
                package.Loss(
                    code="held_by_freeze",
                    name="changes to frozen months, held",
                    count=_held_spells(figure),
                    amount=figure["held_amount"],
                ),
            ),
            leaving=figure["practice_spells"] + figure["suspense_spells"],
            leaving_amount=figure["practice_amount"] + figure["suspense_amount"],
            leaving_name="standing in the ledger",
        ),
    )


def _held_spells(figure: Row) -> int:
    """Spells due that the ledger does not hold, less those it holds that are no longer due."""
    return max(int(figure["due_spells"] - figure["practice_spells"] - figure["suspense_spells"]), 0)


def _bridge(figure: Row) -> package.Bridge:
    lines = (
        ("practices", "Posted to practices", "practice_spells", "practice_amount"),
        ("suspense", "In suspense: unregistered residents", "suspense_spells", "suspense_amount"),
        (
            "not_responsible",
            "Another commissioner's: for challenge",
            "not_responsible_priced",
            "not_responsible_amount",
        ),
        (
            "before_ledger",
            "Of months before the ledger opens",
            "before_ledger_spells",
            "before_ledger_amount",
        ),
    )
    shares = [
        package.BridgeLine(code=code, name=name, spells=figure[spells], amount=figure[amount])
        for code, name, spells, amount in lines
    ]
    shares.insert(
        3,
        package.BridgeLine(
            code="held_by_freeze",
            name="Changes to frozen months, held",
            spells=figure["due_spells"] - figure["practice_spells"] - figure["suspense_spells"],
            amount=figure["held_amount"],
        ),
    )
    return package.Bridge(
        lines=tuple(shares),
        total_spells=figure["priced_spells"],
        total_amount=figure["total_amount"],
    )


def _warnings(
    connection: duckdb.DuckDBPyConnection, rules: Mapping[str, str], figure: Row
) -> tuple[package.WarningCount, ...]:
    counted = warehouse.rows(
        connection,
        "select rule, sum(records)::bigint as records from warning group by rule "
        "union all by name select 'W07' as rule, count(*) as records from priced_spell "
        "where index_missing having count(*) > 0 "
        "union all by name select rule, records from attribution_warning order by rule",
    )
    return tuple(
        package.WarningCount(
            rule=row["rule"],
            text=rules[row["rule"]],
            records=row["records"],
            share_percent=percent_of(Decimal(row["records"]), Decimal(figure["live"])),
        )
        for row in counted
    )


def _budgets(positions: tuple[package.PracticePosition, ...]) -> tuple[package.BudgetRow, ...]:
    return tuple(
        package.BudgetRow(
            practice_code=each.practice_code,
            practice_name=each.practice_name,
            pod=pod.pod,
            pod_name=pod.pod_name,
            treatment=pod.treatment or "held",
            annual_budget=pod.annual_budget,
        )
        for each in positions
        for pod in each.pods
        if pod.annual_budget
    )


def _ties(
    figure: Row,
    figures: PracticeFigures,
    positions: tuple[package.PracticePosition, ...],
    interchanges: list[Row],
    bridge: package.Bridge,
) -> tuple[package.Tie, ...]:
    standing = figure["practice_amount"] + figure["suspense_amount"]
    opening = sum(figures.opening.values(), _NOUGHT)
    totals = [each.total for each in positions]
    moved = sum((total.month_actual + total.adjustments for total in totals), _NOUGHT)

    def tie(name: str, left_name: str, left: Any, right_name: str, right: Any, unit: Any) -> Any:
        return package.Tie(
            name=name,
            left_name=left_name,
            left=Decimal(left),
            right_name=right_name,
            right=Decimal(right),
            unit=unit,
            holds=left == right,
        )

    return (
        tie(
            "Every record has one fate",
            "records landed",
            sum(row["records"] for row in interchanges),
            "fates",
            figure["records"],
            "records",
        ),
        tie(
            "Every record that was declared was landed",
            "trailers' counts",
            sum(row["declared_records"] or 0 for row in interchanges),
            "records of interchanges with a trailer",
            sum(row["records"] for row in interchanges if row["declared_records"] is not None),
            "records",
        ),
        tie(
            "All that was priced is accounted for",
            "practices, suspense and the named lists",
            sum((line.amount for line in bridge.lines), _NOUGHT),
            "total price of all spells",
            bridge.total_amount,
            "pounds",
        ),
        tie(
            "The postings are what stands",
            "sum of all postings",
            figure["posted_amount"],
            "charges standing",
            standing,
            "pounds",
        ),
        tie(
            "Opening, new and adjustments are closing",
            "last month's spent to date, with this month's activity and adjustments",
            opening + moved,
            "spent to date now",
            sum((total.ytd_actual for total in totals), _NOUGHT),
            "pounds",
        ),
    )


def _statements(
    figures: PracticeFigures, positions: tuple[package.PracticePosition, ...]
) -> tuple[package.StatementRow, ...]:
    by_code = {each.practice_code: each for each in positions}
    rows = []
    for code, practice in figures.practice.items():
        total = by_code[code].total
        detail = figures.detail.get(code, {})
        rows.append(
            package.StatementRow(
                practice_code=code,
                practice_name=practice["name"],
                number=practice["statement_number"],
                closing=practice["closing"],
                budget_to_date=total.ytd_budget or _NOUGHT,
                spent_to_date=total.ytd_actual,
                difference=total.ytd_actual - (total.ytd_budget or _NOUGHT),
                difference_percent=total.variance_percent,
                charges_rows=detail.get("charges_rows", 0),
            )
        )
    return tuple(rows)
