"""The forecast as users get it: in the export of the position and in the packages."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipeline_run import close, done, export, land
from tests.site_builder import SiteBuilder, days_after, episode_row
from tests.worked_examples.position import tariff
from transforms import package
from transforms.documents.words import chance_sentence, forecast_sentence

SPRING = ("2004-04", "2004-05", "2004-06")
PODS = {"elective": ("11", "1"), "daycase": ("11", "2"), "non_elective": ("21", "1")}

BUSY, UNBUDGETED, QUIET, EXCLUDING, MERGING = "Y95001", "Y95002", "Y95003", "Y95004", "Y95005"

Rows = Mapping[tuple[str, str], Mapping[str, str]]


def builder(directory: Path, **ledger: str | int) -> SiteBuilder:
    """A site with a practice of each kind, and three spells of each POD a month for those with any.

    The quiet practice has a budget and no patients in hospital; one excludes elective care; one is
    taken over by the busy one on 1 June 2004; one has no budget.
    """
    site = SiteBuilder(directory)
    site.setting("gates", enforce=False)
    if ledger:
        site.setting("ledger", **ledger)
    tariff(site)
    year = "2004/05"
    for practice in (BUSY, UNBUDGETED, QUIET, EXCLUDING, MERGING):
        site.practice(practice, list_size=600, weighted_list_size="612.50")
        if practice != UNBUDGETED:
            for pod in PODS:
                site.budget(practice, pod, "60000")
    site.add(
        "scope",
        financial_year=year,
        practice_code=EXCLUDING,
        pod="elective",
        treatment="excluded",
    )
    site.succession(MERGING, BUSY, "2004-06-01")
    return site


def send(site: SiteBuilder, month: str, first: int) -> None:
    """A month's spells, and one of a patient on no list."""
    records = []
    for practice in (BUSY, UNBUDGETED, EXCLUDING, MERGING, "V81999"):
        for pod, (method, classification) in PODS.items():
            for day in ("02", "09", "16") if practice != "V81999" else ("05",):
                admitted = f"{month}-{day}"
                records.append(
                    episode_row(
                        first + len(records),
                        nights=2,
                        cds_update_type="9",
                        cds_applicable_datetime=f"{month}-28T06:00:00",
                        admission_date=admitted,
                        discharge_date=days_after(admitted, 0 if pod == "daycase" else 2),
                        admission_method=method,
                        patient_classification=classification,
                        hrg_code="G10",
                        gp_practice_code=practice,
                    )
                )
    site.interchange(records, extract_datetime=f"{month}-28T08:00:00")


def position_of(site: Path, period: str) -> Rows:
    return {(row["practice_code"], row["pod"]): row for row in export(site, "position", period)}


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Rows]]:
    """April to June closed in turn, and each month's position as it was exported then."""
    site_builder = builder(tmp_path_factory.mktemp("site"))
    found = {}
    for place, period in enumerate(SPRING):
        send(site_builder, period, 1000 * (place + 1))
        site = site_builder.write()
        land(site)
        close(site, period)
        found[period] = position_of(site, period)
    return site, found


def money(row: Mapping[str, str], column: str) -> Decimal:
    return Decimal(row[column])


@pytest.mark.parametrize("period", SPRING)
def test_every_row_has_a_forecast_within_its_interval(
    spring: tuple[Path, Mapping[str, Rows]], period: str
) -> None:
    for (practice, pod), row in spring[1][period].items():
        if practice == "RESIDENT":
            assert row["forecast"] == row["forecast_low"] == row["forecast_high"] == ""
            continue
        low, forecast, high = (
            money(row, name) for name in ("forecast_low", "forecast", "forecast_high")
        )
        assert low <= forecast <= high, (practice, pod)
        assert forecast >= money(row, "ytd_actual"), (practice, pod)


@pytest.mark.parametrize("period", SPRING)
def test_a_total_is_the_sum_of_what_counts_but_its_interval_is_narrower_than_theirs(
    spring: tuple[Path, Mapping[str, Rows]], period: str
) -> None:
    rows = spring[1][period]
    for practice in (BUSY, UNBUDGETED, QUIET, EXCLUDING):
        counted = [pod for pod in PODS if (practice, pod) != (EXCLUDING, "elective")]
        parts = [rows[practice, pod] for pod in counted]
        total = rows[practice, "total"]
        assert money(total, "forecast") == sum(money(part, "forecast") for part in parts)
        assert money(total, "forecast_high") < sum(money(part, "forecast_high") for part in parts)
        assert money(total, "forecast_low") > sum(money(part, "forecast_low") for part in parts)


def test_one_without_budget_is_forecast_by_its_list(
    spring: tuple[Path, Mapping[str, Rows]],
) -> None:
    """It spends as the others do, and so is expected to go on: not at nothing, not without end."""
    april = spring[1]["2004-04"]
    assert money(april[UNBUDGETED, "total"], "annual_budget") == 0
    like = money(april[BUSY, "total"], "forecast")
    assert like * Decimal("0.95") < money(april[UNBUDGETED, "total"], "forecast")
    assert money(april[UNBUDGETED, "total"], "forecast") < like * Decimal("1.05")


def test_no_patients_in_hospital_lowers_what_is_expected_month_by_month(
    spring: tuple[Path, Mapping[str, Rows]],
) -> None:
    forecasts = [money(spring[1][period][QUIET, "total"], "forecast") for period in SPRING]
    assert forecasts[0] > forecasts[1] > forecasts[2] > 0


def test_what_merged_away_is_forecast_with_its_successor(
    spring: tuple[Path, Mapping[str, Rows]],
) -> None:
    june, may = spring[1]["2004-06"], spring[1]["2004-05"]
    gone = june[MERGING, "total"]
    assert [gone[name] for name in ("forecast", "forecast_low", "forecast_high")] == ["0.00"] * 3
    both = money(may[BUSY, "total"], "forecast") + money(may[MERGING, "total"], "forecast")
    now = money(june[BUSY, "total"], "forecast")
    assert both * Decimal("0.8") < now < both * Decimal("1.2")


def test_a_closing_statement_is_compared_with_nobody(
    spring: tuple[Path, Mapping[str, Rows]],
) -> None:
    """It has no figures any more that could be; the successor has them."""
    folder = spring[0] / "out" / "5XA" / "2004-06" / "r1"
    closing = package.read_statement(folder / MERGING)
    assert closing.closing is not None and closing.comparisons is None
    assert package.read_statement(folder / BUSY).comparisons is not None


def test_an_earlier_forecast_stays_and_a_close_made_again_is_the_same(
    spring: tuple[Path, Mapping[str, Rows]],
) -> None:
    site, found = spring
    assert position_of(site, "2004-04") == found["2004-04"]
    assert position_of(site, "2004-05") == found["2004-05"]
    close(site, "2004-06")
    assert position_of(site, "2004-06") == found["2004-06"]


def test_every_statement_sets_its_difference_against_chance(
    spring: tuple[Path, Mapping[str, Rows]],
) -> None:
    site, found = spring
    done(site, "verify", "2004-06")
    for practice in (BUSY, UNBUDGETED, QUIET, EXCLUDING):
        statement = package.read_statement(site / "out" / "5XA" / "2004-06" / "r1" / practice)
        sentence = chance_sentence(statement)
        assert sentence is not None and "in eight years out of ten" in sentence
        assert forecast_sentence(statement) is not None
        row = found["2004-06"][practice, "total"]
        assert statement.headline.forecast == money(row, "forecast")
        months = statement.months
        assert months[-1].forecast_mid == statement.headline.forecast_difference
        assert all(month.forecast_mid is None for month in months[:3])
        assert all(month.chance_low is None for month in months[3:])
        widths = [m.forecast_high - m.forecast_low for m in months[3:] if m.forecast_high]
        assert widths == sorted(widths) and len(widths) == 9
        has_band = [month.chance_high is not None for month in months[:3]]
        assert has_band == [practice != UNBUDGETED] * 3
        assert all(
            month.chance_low >= -month.cumulative_budget
            for month in months
            if month.chance_low is not None
        )


def test_a_practice_on_its_budget_is_within_chance_and_a_silent_one_beyond(
    spring: tuple[Path, Mapping[str, Rows]],
) -> None:
    """Three of each POD a month come to £111,600 a year, near the budgets of the PODs together."""
    site, _ = spring
    folder = site / "out" / "5XA" / "2004-06" / "r1"
    quiet = package.read_statement(folder / QUIET).headline.chance
    assert quiet is not None and quiet.within is False
    without = package.read_statement(folder / UNBUDGETED).headline.chance
    assert without is not None and without.within is None


def test_before_anything_was_charged_every_statement_still_has_its_sentence(tmp_path: Path) -> None:
    """The first month, with budgets and not one charge: nothing to learn chance from."""
    site_builder = builder(tmp_path)
    site_builder.interchange([], extract_datetime="2004-04-28T08:00:00")
    site = site_builder.write()
    land(site)
    close(site, "2004-04")
    statement = package.read_statement(site / "out" / "5XA" / "2004-04" / "r1" / QUIET)
    assert statement.headline.spent_to_date == 0
    assert statement.headline.budget_to_date > 0
    sentence = chance_sentence(statement)
    assert sentence is not None and "chance" in sentence
    assert forecast_sentence(statement) is not None


@pytest.mark.parametrize("frozen", [True, False])
def test_at_the_years_end_only_late_charges_are_to_come(tmp_path: Path, frozen: bool) -> None:
    settings = {"freeze_after_months": 0} if frozen else {}
    site_builder = builder(tmp_path, **settings)
    send(site_builder, "2005-03", 1000)
    site = site_builder.write()
    land(site)
    close(site, "2005-03")
    row = position_of(site, "2005-03")[UNBUDGETED, "total"]
    spent = money(row, "ytd_actual")
    if frozen:
        assert {row[name] for name in ("forecast", "forecast_low", "forecast_high")} == {
            row["ytd_actual"]
        }
    else:
        assert spent < money(row, "forecast") < spent * Decimal("1.10") + 3000
        assert money(row, "forecast_low") >= spent
