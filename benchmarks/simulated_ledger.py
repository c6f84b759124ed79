"""A commissioner's ledger, simulated: two years of practices' charges as they would be posted.

Everything is drawn from a seed and written into a real warehouse, as the stages before `position`
would have left it: closes, postings, charges, budgets. What is simulated, and how strongly, stands
in `World`; nothing of it is known to the forecast but through the ledger.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from transforms import mark, warehouse
from transforms.mark import Close
from transforms.periods import Period
from transforms.site import load_site
from transforms.working_days import bank_holidays

COMMISSIONER = "5XA"
APRIL = Period(2003, 4)  # of the year before; the year that is forecast begins a year later
MONTHS = 12
PODS = ("elective", "daycase", "non_elective")

_SITE = f"""
[site]
name = "Simulated"

[[commissioners]]
code = "{COMMISSIONER}"
name = "Simulated commissioner"
"""
# A close reads a tariff; nothing is priced here.
_EDITION = """
financial_year = "2004/05"
edition = 1
currency = "HRG3.5"
published = "2004-04-01"
source = "Invented for a simulation"
market_forces = "paid_centrally"
"""
_TARIFF = """hrg_code,hrg_name,elective_price,daycase_price,non_elective_price,\
elective_trim_point,non_elective_trim_point,excess_day_price,short_stay_percent
A01,Invented,1,1,1,,,,
"""


@dataclass(frozen=True)
class World:
    """What is simulated. Spreads are standard deviations of logarithms unless said otherwise."""

    practices: int = 30
    patients: tuple[int, int] = (2_000, 20_000)
    spells_a_patient: tuple[float, ...] = (0.020, 0.040, 0.060)  # by POD, a year
    mean_cost: tuple[float, ...] = (2_000.0, 600.0, 1_400.0)
    cost_spread: tuple[float, ...] = (0.8, 0.6, 1.0)  # log-normal: skewed as tariff prices are
    between_practices: float = 0.15  # what practices differ by for good
    drift: float = 0.05  # how far a practice moves from one year to the next
    drift_of_pod: float = 0.05
    growth: tuple[float, float] = (0.03, 0.02)  # of the commissioner, mean and spread
    clumping: float = 0.4  # variance of a month's spells beyond Poisson, over their mean
    winter: float = 0.06  # how much more non-elective care January has than July, each way
    holidays: float = 0.10  # how much less planned care August and December have
    shock: float = 0.02  # of a month, for all practices alike
    late: tuple[float, float] = (0.05, 0.10)  # share that arrives late, drawn anew each month
    late_by: tuple[float, ...] = (0.70, 0.22, 0.08)  # one, two and three months
    dear_are_late: float = 0.3  # how much likelier than cheap ones (exponent of cost)
    amended: float = 0.03  # share whose price is changed a month after it arrived
    withdrawn: float = 0.01  # share that is withdrawn a month after it arrived
    uplift: float = 0.03  # of last year's spending, which is the budget


@dataclass(frozen=True)
class Spells:
    """Spells of two years: practice, POD and month (0 is the first April), pennies, arrival.

    `changed` is what amended or withdrawn ones come to a month after they arrived, else -1.
    """

    practice: np.ndarray
    pod: np.ndarray
    month: np.ndarray
    pennies: np.ndarray
    arrives: np.ndarray
    changed: np.ndarray

    @property
    def final(self) -> np.ndarray:
        """Pennies once all is known."""
        return np.where(self.changed >= 0, self.changed, self.pennies)


def spells_of(world: World, random: np.random.Generator) -> Spells:
    """Draw two years of spells."""
    shape = (world.practices, len(PODS))
    patients = np.exp(random.uniform(*np.log(world.patients), world.practices))
    level = np.exp(random.normal(0, world.between_practices, (world.practices, 1)))
    rates = patients[:, None] * level * np.array(world.spells_a_patient)
    growth = np.exp(random.normal(*world.growth))
    moved = np.exp(
        random.normal(0, world.drift, (world.practices, 1))
        + random.normal(0, world.drift_of_pod, shape)
    )
    months = np.arange(2 * MONTHS)
    season = _season(world)
    shocks = np.exp(random.normal(0, world.shock, (len(PODS), 2 * MONTHS)))
    late = random.uniform(*world.late, 2 * MONTHS)
    by_year = np.stack([rates, rates * growth * moved], axis=2)
    expected = by_year[:, :, months // MONTHS] * (season * shocks)[None, :, :]
    counts = random.poisson(random.gamma(expected / world.clumping, world.clumping))
    places = np.repeat(np.arange(counts.size), counts.ravel())
    practice, pod, month = np.unravel_index(places, counts.shape)
    spread = np.array(world.cost_spread)[pod]
    relative = np.exp(random.normal(0, 1, len(places)) * spread - spread**2 / 2)
    pennies = np.round(100 * np.array(world.mean_cost)[pod] * relative).astype(np.int64) + 1
    is_late = random.random(len(places)) < late[month] * relative**world.dear_are_late
    lag = 1 + random.choice(len(world.late_by), len(places), p=world.late_by)
    fate = random.random(len(places))
    amended = np.round(pennies * np.exp(random.normal(0, 0.2, len(places)))).astype(np.int64)
    changed = np.where(fate < world.amended, amended, -1)
    changed = np.where(fate > 1 - world.withdrawn, 0, changed)
    return Spells(practice, pod, month, pennies, month + np.where(is_late, lag, 0), changed)


def _season(world: World) -> np.ndarray:
    """Shares of a year by POD and month, for two years: days, holidays, winter."""
    closed = set(bank_holidays(APRIL.year, APRIL.year + 2))
    shares = np.zeros((len(PODS), 2 * MONTHS))
    for month in range(2 * MONTHS):
        period = APRIL.plus(month)
        days = [
            np.datetime64(period.first_day) + offset
            for offset in range((period.last_day - period.first_day).days + 1)
        ]
        working = sum(
            day.astype(object).weekday() < 5 and day.astype(object) not in closed for day in days
        )
        holiday = 1 - world.holidays if period.month in (8, 12) else 1.0
        winter = 1 + world.winter * np.cos(2 * np.pi * (period.month - 1) / MONTHS)
        shares[:, month] = (working * holiday, working * holiday, len(days) * winter)
    for year in (slice(0, MONTHS), slice(MONTHS, None)):
        shares[:, year] /= shares[:, year].sum(axis=1, keepdims=True)
    return shares


@contextmanager
def ledger_of(
    world: World, spells: Spells, folder: Path, *, holds_last_year: bool
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A site in an empty folder, whose warehouse has the closes of the year that is forecast.

    And those of the year before if the ledger holds it. Closes are numbered from 1 on.
    """
    _write_site(world, spells, folder)
    first = 0 if holds_last_year else MONTHS
    with warehouse.open_warehouse(load_site(folder), COMMISSIONER, "simulating") as connection:
        connection.executemany(
            "insert into close values (?, ?, 1, 0, 'simulated', 'statements')",
            [
                (place + 1, APRIL.plus(month).first_day)
                for place, month in enumerate(range(first, 2 * MONTHS))
            ],
        )
        drawn = pa.table(
            {
                "place": np.arange(len(spells.month)),
                "practice_code": np.array(_codes(world))[spells.practice],
                "pod": np.array(PODS)[spells.pod],
                "month": spells.month - first,
                "pennies": spells.pennies,
                "arrives": spells.arrives - first,
                "changed": spells.changed,
            }
        )
        connection.register("simulated", drawn)
        connection.execute(
            "create temp table drawn as select * exclude (month), "
            "($april + to_months(month::integer))::date as activity_month "
            "from simulated where month >= 0",
            {"april": APRIL.plus(first).first_day},
        )
        connection.unregister("simulated")
        _post(connection)
        yield connection


def close_of(
    connection: duckdb.DuckDBPyConnection, folder: Path, month: int, *, holds_last_year: bool
) -> Close:
    """The close of a month of the year that is forecast, 1 for April, ready for its position."""
    number = month + (MONTHS if holds_last_year else 0)
    period = APRIL.plus(MONTHS + month - 1)
    close = mark.take(connection, load_site(folder), COMMISSIONER, number, period, 1)
    close.set_variables(connection)
    warehouse.run(connection, "attribution/holder.sql")
    warehouse.run(connection, "attribution/holder_of_year.sql")
    return close


def _codes(world: World) -> list[str]:
    return [f"Y{place:05d}" for place in range(world.practices)]


def _post(connection: duckdb.DuckDBPyConnection) -> None:
    """Post what was drawn: when it arrives, and a credit and a charge when it is changed."""
    connection.execute(
        "insert into posting select arrives + 1, 'charge', 'new', place::varchar, place, "
        "practice_code, activity_month, pod, null, (pennies * 0.01)::decimal(18, 2), "
        "activity_month, 1, place from drawn "
        "union all select arrives + 2, 'credit', 'amended', place::varchar, place, practice_code, "
        "activity_month, pod, null, -(pennies * 0.01)::decimal(18, 2), activity_month, 1, place "
        "from drawn where changed >= 0 "
        "union all select arrives + 2, 'charge', 'amended', place::varchar, place, practice_code, "
        "activity_month, pod, null, (changed * 0.01)::decimal(18, 2), activity_month, 1, place "
        "from drawn where changed > 0"
    )
    # Versions stand from the close in which they arrived; what no forecast reads is made up.
    connection.execute(
        "insert into charge by name select place as charge_number, arrives + 1 as from_close, "
        "if(changed >= 0, arrives + 2, null) as to_close, place::varchar as spell_id, "
        "'' as provider_code, 0 as first_record, 0 as last_record, "
        "1 as episodes, activity_month as admission_date, activity_month as discharge_date, "
        "activity_month, pod, 'other' as admission_type, 0 as length_of_stay, "
        "0 as adjusted_length_of_stay, 'priced' as price_status, "
        "0 as base_price, 0 as short_stay_adjustment, 0 as excess_days, 0 as excess_day_payment, "
        "0 as top_up_payment, 0 as market_forces_payment, "
        "(pennies * 0.01)::decimal(18, 2) as total_price, 'registration' as attribution_basis, "
        "practice_code, true as responsible, practice_code as budget_holder from drawn"
    )


def _write_site(world: World, spells: Spells, folder: Path) -> None:
    """The site's files: practices, their membership, and budgets from last year's spending."""
    (folder / "site.toml").write_text(_SITE, encoding="utf-8")
    edition = folder / "reference" / "tariffs" / "2004-05-1"
    edition.mkdir(parents=True)
    (edition / "edition.toml").write_text(_EDITION, encoding="utf-8")
    (edition / "tariff.csv").write_text(_TARIFF, encoding="utf-8")
    codes = _codes(world)
    before = spells.month < MONTHS
    spent = np.zeros((world.practices, len(PODS)), dtype=np.int64)
    np.add.at(spent, (spells.practice[before], spells.pod[before]), spells.final[before])
    uplifted = 1 + Decimal(str(world.uplift))
    files = {
        "practices": ["practice_code,name", *(f"{code},Simulated" for code in codes)],
        "memberships": [
            "practice_code,commissioner_code,start_date,end_date",
            *(f"{code},{COMMISSIONER},2000-04-01," for code in codes),
        ],
        "budgets": [
            "financial_year,practice_code,pod,annual_amount,status",
            *(
                f"2004/05,{code},{pod},{int(pennies) * uplifted / 100:.2f},"
                for code, of in zip(codes, spent, strict=True)
                for pod, pennies in zip(PODS, of, strict=True)
            ),
        ],
    }
    for name, lines in files.items():
        (folder / "reference" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
