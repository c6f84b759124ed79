"""Example control figures for the tests of summary workbook and control report, all invented.

They are summed from the example statements' own rows, so that what must tie does; `spoilt` makes
one that does not, with files held and refused and gates that failed.
"""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from tests.documents.example_package import NOUGHT, PODS, PROVIDERS, SCHEMA, notes
from transforms import package as p
from transforms.documents.detail_columns import Column
from transforms.documents.detail_rows import DetailRows

_COLUMNS = [Column(name, name, "text", 10, name) for name in SCHEMA.names]


def _rows(folder: Path, code: str, sheet: str) -> list[dict[str, object]]:
    rows = DetailRows(folder / code).of(sheet, _COLUMNS)
    return [dict(zip(SCHEMA.names, row, strict=True)) for row in rows]


def _added(positions: list[p.Position]) -> p.Position:
    """Positions of one POD added up."""
    fields = {
        name: sum((getattr(one, name) for one in positions), NOUGHT)
        for name in (
            "month_actual",
            "month_budget",
            "month_variance",
            "adjustments",
            "ytd_actual",
            "ytd_budget",
            "variance",
            "annual_budget",
            "prior_year_adjustments",
        )
    }
    return p.Position(
        pod=positions[0].pod,
        pod_name=positions[0].pod_name,
        treatment=positions[0].treatment,
        month_spells=sum(one.month_spells for one in positions),
        ytd_spells=sum(one.ytd_spells for one in positions),
        variance_percent=None,
        **fields,
    )


def control_of(folder: Path) -> p.Control:
    """The control figures of an example revision's folder, from its statements and charges."""
    manifest = p.read_manifest(folder)
    statements = [p.read_statement(folder / code) for code in manifest.practices]
    standing = [r for code in manifest.practices for r in _rows(folder, code, "year_to_date")]
    who = statements[0].identity
    provider_months: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for row in standing:
        key = (str(row["provider_code"]), str(row["activity_month"]), str(row["pod"]))
        price = row["total_price"]
        assert isinstance(price, Decimal)
        provider_months[key].append(price)
    posted = sum((sum(prices, NOUGHT) for prices in provider_months.values()), NOUGHT)
    suspense, elsewhere = Decimal("8120.40"), Decimal("15230.11")
    lines = (
        ("practices", "Posted to practices", len(standing), posted),
        ("suspense", "Suspense: unregistered residents", 4, suspense),
        ("not_responsible", "Not responsible: for challenge", 9, elsewhere),
        ("held_by_freeze", "Held by freeze", 0, NOUGHT),
        ("before_ledger", "Before the ledger opens", 0, NOUGHT),
    )
    total = sum((amount for *_, amount in lines), NOUGHT)
    spells = sum(count for _, _, count, _ in lines)
    return p.Control(
        identity=p.ControlIdentity(
            commissioner_code=who.commissioner_code,
            commissioner_name=who.commissioner_name,
            period=who.period,
            financial_year=who.financial_year,
            first_month=who.first_month,
            month_number=who.month_number,
            revision=1,
            mark=14,
            data_to=date(2004, 10, 8),
            synthetic=True,
        ),
        funnel=(
            _step(
                "land",
                "Landed, and sorted by fate",
                "records",
                18_204,
                None,
                (
                    ("superseded", "superseded by a later record", 2_960, None),
                    ("replaced", "not in a later bulk replacement", 84, None),
                    ("deletion", "instructions to delete", 61, None),
                    ("deleted", "deleted", 57, None),
                    ("quarantined", "in quarantine", 132, None),
                ),
                "live records",
                None,
            ),
            _step(
                "episodes",
                "Hospital care, finished",
                "episodes",
                14_910,
                None,
                (
                    ("unfinished", "unfinished", 40, None),
                    ("other_care", "not hospital care", 12, None),
                ),
                "finished episodes",
                None,
            ),
            _step(
                "spells",
                "Joined into stays",
                "spells",
                spells + 260,
                None,
                (("open", "still open", 31, None),),
                "spells discharged",
                None,
            ),
            _step(
                "prices",
                "Priced by the tariff",
                "spells",
                spells + 229,
                None,
                (
                    ("excluded", "excluded", 120, None),
                    ("ungrouped", "ungrouped", 81, None),
                    ("no_tariff", "no tariff", 28, None),
                ),
                "spells priced",
                total,
            ),
            _step(
                "attribution",
                "Whose they are",
                "spells",
                spells,
                total,
                (("not_responsible", "not responsible", 9, elsewhere),),
                "spells answered for",
                total - elsewhere,
            ),
            _step(
                "ledger",
                "Posted",
                "spells",
                spells - 9,
                total - elsewhere,
                (("before_ledger", "before the ledger", 0, NOUGHT),),
                "spells posted",
                total - elsewhere,
            ),
        ),
        interchanges=tuple(
            p.InterchangeControl(
                landing=n,
                sender=sender,
                interchange_id=f"{n:06}",
                file_name=f"{sender}_{n:06}.csv",
                file_format="nwcs",
                protocol="020" if n % 2 else "010",
                extract_date=date(2004, 4 + n // 2, 8),
                period_start=date(2004, 4, 1) if n % 2 else None,
                period_end=date(2004, 9, 30) if n % 2 else None,
                declared=1517,
                records=1517,
                fates=p.Fates(
                    live=1200, superseded=280, deleted=5, replaced=7, deletion=5, quarantined=20
                ),
                new_in_period=n > 10,
            )
            for n, sender in ((n, ("RZ1", "RZ2")[n % 2]) for n in range(1, 13))
        ),
        providers=tuple(
            p.ProviderControl(
                provider_code=code,
                provider_name=name,
                declared=9102,
                records=9102,
                live_episodes=7455,
                spells=2400,
                open_spells=10,
                priced=2300,
                local=0,
                excluded=50,
                ungrouped=30,
                no_tariff=10,
                priced_amount=_provider(provider_months, code),
                not_responsible_spells=3,
                not_responsible_amount=Decimal("5076.70"),
                posted_spells=2297,
                posted_amount=_provider(provider_months, code),
            )
            for code, name in PROVIDERS.items()
        ),
        quarantine=(
            p.QuarantineRule(
                rule="E01", text="a required field is blank", sender="RZ1", records=60
            ),
            p.QuarantineRule(rule="E04", text="dates out of order", sender="RZ1", records=41),
            p.QuarantineRule(rule="E04", text="dates out of order", sender="RZ2", records=35),
        ),
        quarantined_records=132,
        warnings=(
            p.WarningCount(
                rule="W01",
                text="NHS number missing or not valid",
                records=371,
                share_percent=Decimal("2.49"),
            ),
            p.WarningCount(
                rule="W02",
                text="practice code a default or unknown",
                records=204,
                share_percent=Decimal("1.37"),
            ),
        ),
        unfinished_episodes=40,
        other_care_episodes=12,
        open_spells=31,
        suspense_spells=4,
        suspense_amount=suspense,
        not_responsible=(
            p.NotResponsible(
                provider_code="RZ1",
                provider_name=PROVIDERS["RZ1"],
                reason="the practice belongs to another commissioner",
                spells=6,
                amount=Decimal("10154.41"),
            ),
            p.NotResponsible(
                provider_code="RZ2",
                provider_name=PROVIDERS["RZ2"],
                reason="no practice, and resident elsewhere",
                spells=3,
                amount=Decimal("5075.70"),
            ),
        ),
        held_months=(),
        before_ledger_spells=0,
        before_ledger_amount=NOUGHT,
        positions=tuple(
            p.PracticePosition(
                practice_code=one.identity.practice_code,
                practice_name=one.identity.practice_name,
                participation=one.identity.participation,
                pods=one.pods,
                total=one.total,
            )
            for one in statements
        ),
        practices_total=tuple(
            _added(
                [one for each in statements for one in (*each.pods, each.total) if one.pod == pod]
            )
            for pod in (*PODS, "total")
        ),
        provider_months=tuple(
            p.ProviderMonth(
                provider_code=code,
                provider_name=PROVIDERS[code],
                activity_month=month,
                pod=pod,
                pod_name=PODS[pod],
                spells=len(prices),
                amount=sum(prices, NOUGHT),
            )
            for (code, month, pod), prices in sorted(provider_months.items())
        ),
        adjustments=tuple(
            p.AdjustmentRow(
                practice_code=one.identity.practice_code,
                practice_name=one.identity.practice_name,
                reason=line.reason,
                prior_year=False,
                spells=line.spells,
                charges=line.charges,
                credits=line.credits,
                amount=line.amount,
            )
            for one in statements
            for line in one.changes.adjustments
        ),
        budgets=tuple(
            p.BudgetRow(
                practice_code=one.identity.practice_code,
                practice_name=one.identity.practice_name,
                pod=pod.pod,
                pod_name=pod.pod_name,
                treatment=pod.treatment or "held",
                annual_budget=pod.annual_budget or NOUGHT,
            )
            for one in statements
            for pod in one.pods
        ),
        bridge=p.Bridge(
            lines=tuple(
                p.BridgeLine(code=code, name=name, spells=count, amount=amount)
                for code, name, count, amount in lines
            ),
            total_spells=spells,
            total_amount=total,
        ),
        ties=(
            _tie("Charges standing are what was posted", "ledger", posted, "statements", posted),
            _tie("All that was priced has a place", "priced spells", total, "the bridge", total),
            p.Tie(
                name="Every record has one fate",
                left_name="trailers",
                left=Decimal(18_204),
                right_name="fates",
                right=Decimal(18_204),
                unit="records",
                holds=True,
            ),
        ),
        statements=tuple(
            p.StatementRow(
                practice_code=one.identity.practice_code,
                practice_name=one.identity.practice_name,
                number=one.identity.number,
                closing=one.closing is not None,
                budget_to_date=one.headline.budget_to_date,
                spent_to_date=one.headline.spent_to_date,
                difference=one.headline.difference,
                difference_percent=one.headline.difference_percent,
                charges_rows=one.detail.charges_rows,
            )
            for one in statements
        ),
        notes=notes(),
    )


def _provider(months: dict[tuple[str, str, str], list[Decimal]], code: str) -> Decimal:
    return sum((sum(v, NOUGHT) for (c, _, _), v in months.items() if c == code), NOUGHT)


def _tie(name: str, left_name: str, left: Decimal, right_name: str, right: Decimal) -> p.Tie:
    return p.Tie(
        name=name,
        left_name=left_name,
        left=left,
        right_name=right_name,
        right=right,
        unit="pounds",
        holds=left == right,
    )


def _step(
    stage: str,
    name: str,
    unit: str,
    entering: int,
    entering_amount: Decimal | None,
    losses: tuple[tuple[str, str, int, Decimal | None], ...],
    leaving_name: str,
    leaving_amount: Decimal | None,
) -> p.FunnelStep:
    return p.FunnelStep(
        stage=stage,
        name=name,
        unit=unit,
        entering=entering,
        entering_amount=entering_amount,
        losses=tuple(
            p.Loss(code=code, name=words, count=count, amount=amount)
            for code, words, count, amount in losses
        ),
        leaving=entering - sum(count for _, _, count, _ in losses),
        leaving_amount=leaving_amount,
        leaving_name=leaving_name,
    )


def spoilt(control: p.Control) -> p.Control:
    """The same with a tie that is off by a penny, a file held and one refused."""
    first, *rest = control.ties
    return control.model_copy(
        update={
            "ties": (
                first.model_copy(update={"right": first.left + Decimal("0.01"), "holds": False}),
                *rest,
            ),
        }
    )


HELD = (
    p.HeldFile(
        file_name="RZ2_000013.csv",
        sender="RZ2",
        interchange_id="000013",
        rule="H01",
        text="It would remove 4,120 of 4,410 live records (93.4 per cent). Release it with pbc "
        "release RZ2:000013, or refuse it with pbc reject RZ2:000013.",
    ),
)
REFUSED = (
    p.RefusedFile(
        file_name="RZ1_broken.csv",
        rule="F03",
        text="Line 1519: the trailer says 1,520 records, the file has 1,517. Ask the sender for "
        "the whole file.",
    ),
)


def example_run(*, failed: bool = False) -> p.Run:
    """Timings and gate results of a run."""
    checks = (
        p.GateCheck(
            figure="quarantined_percent",
            name="share in quarantine, by provider",
            severity="warning",
            passed=not failed,
            observed="RZ1 7.1%",
            expected="at most 5%",
            rows="pbc rows 2004-09 feed.quarantined_percent",
        ),
        p.GateCheck(
            figure="spells_without_charge",
            name="charges tie with spells",
            severity="critical",
            passed=True,
            observed="0.00",
            expected="0.00",
        ),
    )
    return p.Run(
        started=datetime(2004, 10, 14, 6, 30, tzinfo=UTC),
        finished=datetime(2004, 10, 14, 6, 31, 40, tzinfo=UTC),
        stages=tuple(
            p.StageTiming(stage=stage, seconds=seconds, rows=rows)
            for stage, seconds, rows in (
                ("episodes", 1.9, 14_910),
                ("spells", 1.1, 12_004),
                ("prices", 2.4, 12_004),
                ("attribution", 0.8, 11_775),
                ("ledger", 0.9, 2_207),
                ("position", 0.3, 56),
                ("statements", 71.6, 13),
            )
        ),
        gates=(
            p.GateRun(
                gate="feed",
                status="warning" if failed else "passed",
                checks=checks,
                data_docs="data_docs/feed/index.html",
            ),
            p.GateRun(
                gate="charges",
                status="failed" if failed else "passed",
                checks=checks[1:],
                data_docs="data_docs/charges/index.html",
            ),
        ),
        held_files=HELD if failed else (),
        refused_files=REFUSED if failed else (),
    )


def write_control_files(folder: Path, *, failed: bool = False) -> p.Control:
    """Write control.json and run.json of an example revision's folder; gives the figures."""
    control = control_of(folder)
    if failed:
        control = spoilt(control)
    p.write_control(folder, control)
    p.write_run(folder, example_run(failed=failed))
    return control
