"""What the peers share: the rules that are data, read into plain Python. None of it is per record.

Money is in pence; percentages in millionths of one per cent and indices in hundred-millionths of
one, so that whole numbers suffice from end to end.
"""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from transforms.periods import Period, financial_year_start
from transforms.site import Site
from transforms.working_days import bank_holidays

CODES = Path(__file__).resolve().parents[2] / "data" / "codes"
PERCENT = 1_000_000  # what one per cent is held as
INDEX = 100_000_000  # what an index of 1 is held as
PODS = ("daycase", "elective", "non_elective")
_NET_CHANGE, _BULK = "010", "020"
_SATURDAY = 5

RESIDENT = "RESIDENT"

Row = dict[str, str | None]
# Practice, POD, the month's spells, actual and budget, the year's, and the annual budget. Pence.
PositionRow = tuple[str | int | None, ...]

DATES = (
    "cds_activity_date",
    "birth_date",
    "admission_date",
    "discharge_date",
    "episode_start_date",
    "episode_end_date",
)
WHOLE_NUMBERS = (
    "episode_number",
    "critical_care_days",
    "rehabilitation_days",
    "palliative_care_days",
)
ORGANISATIONS = (
    "prime_recipient",
    "residence_commissioner",
    "provider_code",
    "commissioner_code",
)
REQUIRED = (
    "local_patient_identifier",
    "provider_code",
    "provider_spell_number",
    "episode_number",
    "patient_classification",
    "admission_method",
    "admission_date",
    "episode_start_date",
)
# What is needed of a record once it is landed, beside the fields that exclusions name.
KEPT = (
    *("landing_number", "record_id", "scope_number", "sender", "effective_time", "is_deletion"),
    *("cds_unique_identifier", "cds_record_type", "cds_activity_date", "prime_recipient"),
    *("nhs_number", "birth_date", "residence_commissioner", "gp_practice_code", "gmp_code"),
    *("provider_code", "provider_spell_number", "episode_number", "patient_classification"),
    *("admission_method", "admission_date", "discharge_date", "episode_start_date"),
    *("episode_end_date", "primary_diagnosis", "secondary_diagnoses", "primary_procedure"),
    *("secondary_procedures", "hrg_code", "spell_hrg_code", "critical_care_days"),
    *("rehabilitation_days", "palliative_care_days"),
)


@dataclass(frozen=True)
class Header:
    """The first two lines and the last of an `nwcs` file."""

    sender: str
    prime_recipient: str
    is_bulk: bool
    bulk_group: str
    period_start: date | None
    period_end: date | None
    extracted: datetime | None
    columns: tuple[str, ...]
    records: int
    scope_number: int | None


@dataclass(frozen=True)
class Edition:
    """A tariff edition in force."""

    name: str
    financial_year: str
    short_stay_minimum_age: int
    market_forces_in_price: bool
    tables: dict[str, list[Row]]


@dataclass(frozen=True)
class Standing:
    """What stands for a practice and POD, of the month and of the year so far. Pence."""

    month_spells: int = 0
    month_actual: int = 0
    ytd_spells: int = 0
    ytd_actual: int = 0


def rows(path: Path) -> list[Row]:
    """A small CSV file, None for blank; without the file, no rows."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {name: value or None for name, value in row.items()} for row in csv.DictReader(file)
        ]


def codes(name: str, column: str = "group") -> dict[str, str]:
    """A code list of the project."""
    return {str(row["code"]): str(row[column]) for row in rows(CODES / f"{name}.csv")}


def pence(text: str | None) -> int | None:
    """Pounds as whole pence."""
    return scaled(text, 100)


def scaled(text: str | None, one: int) -> int | None:
    """A number as a whole one, `one` for each 1."""
    return None if text is None else int(Decimal(text) * one)


def day(text: str | None) -> date | None:
    """A date of a reference file."""
    return None if text is None else date.fromisoformat(text)


def iso_date(text: str | None) -> date | None:
    """A date written YYYY-MM-DD and no other way; None for what is none."""
    try:
        value = date.fromisoformat(text or "")
    except ValueError:
        return None
    return value if value.isoformat() == text else None


def whole_number(text: str | None) -> int | None:
    """A whole number in digits, with or without leading zeros, or below zero."""
    if text is None:
        return None
    plain = text.removeprefix("-") if text[:2] not in ("-0", "-") else ""
    return int(text) if plain.isascii() and plain.isdigit() and len(plain) <= 9 else None


def organisation(code: str | None) -> str | None:
    """A code without the 00 that makes a trust's three characters five."""
    return code[:3] if code is not None and len(code) == 5 and code.endswith("00") else code


def header(path: Path, scope_number: int) -> Header:
    """What an `nwcs` file says of itself; its scope bears that number if it is a bulk one."""
    with path.open("rb") as file:
        first = file.readline().decode().rstrip("\r\n").split(",")
        columns = file.readline().decode().rstrip("\r\n").lower().split(",")[1:]
        file.seek(max(path.stat().st_size - 200, 0))
        last = file.read().decode().rstrip("\r\n").rsplit("\n", 1)[-1].split(",")
    sender, recipient, protocol, group, start, end, extracted = first[4:]
    if protocol not in (_NET_CHANGE, _BULK) or last[0] != "TRL":
        raise SystemExit(f"{path.name} is no interchange that the peers can read.")
    is_bulk = protocol == _BULK
    return Header(
        sender=str(organisation(sender)),
        prime_recipient=str(organisation(recipient)),
        is_bulk=is_bulk,
        bulk_group=group,
        period_start=date.fromisoformat(start) if is_bulk else None,
        period_end=date.fromisoformat(end) if is_bulk else None,
        extracted=datetime.fromisoformat(extracted) if is_bulk else None,
        columns=tuple(columns),
        records=int(last[2]),
        scope_number=scope_number if is_bulk else None,
    )


def editions(site: Site) -> list[Edition]:
    """Of each financial year the edition with the greatest number."""
    found: dict[str, tuple[int, Edition]] = {}
    for folder in sorted(path.parent for path in site.reference.glob("tariffs/*/edition.toml")):
        said = tomllib.loads((folder / "edition.toml").read_text(encoding="utf-8"))
        edition = Edition(
            name=folder.name,
            financial_year=said["financial_year"],
            short_stay_minimum_age=said.get("short_stay_minimum_age", 19),
            market_forces_in_price=said["market_forces"] == "in_price",
            tables={path.stem: rows(path) for path in folder.glob("*.csv")},
        )
        if said["edition"] >= found.get(edition.financial_year, (0, edition))[0]:
            found[edition.financial_year] = (said["edition"], edition)
    return [edition for _, edition in found.values()]


def tariff_rows(edition: Edition) -> Iterator[tuple[str, str, int, int | None, int, int | None]]:
    """HRG, POD, price, trim point, price of an excess day, short stay percentage; where priced."""
    for row in edition.tables["tariff"]:
        for pod in ("elective", "daycase", "non_elective"):
            price = pence(row[f"{pod}_price"])
            if price is not None:
                trim = None if pod == "daycase" else row[f"{pod}_trim_point"]
                yield (
                    str(row["hrg_code"]),
                    pod,
                    price,
                    None if trim is None else int(trim),
                    pence(row["excess_day_price"]) or 0,
                    scaled(row["short_stay_percent"], PERCENT),
                )


def exclusion_fields(found: list[Edition]) -> tuple[str, ...]:
    """The fields of an episode that exclusion rules look at, and that are not kept anyway."""
    named = {str(rule["field"]) for each in found for rule in each.tables.get("exclusions", [])}
    return tuple(sorted(named - {"pod", *KEPT}))


def holders(site: Site, period: Period) -> dict[tuple[str, str], str]:
    """Budget holder of a practice with a successor, by practice and financial year of activity."""
    links = {
        str(row["practice_code"]): (str(row["successor_code"]), day(row["date"]))
        for row in rows(site.reference / "successions.csv")
    }
    first, last = period.plus(-36), period
    years = sorted({first.plus(n).financial_year for n in range((last.year - first.year + 1) * 12)})
    found = {}
    for year in years:
        for practice in links:
            holder = practice
            while holder in links:
                successor, moved = links[holder]
                if moved is None or moved > period.last_day:
                    break
                if Period.containing(moved).financial_year > year:
                    break
                holder = successor
            if holder != practice:
                found[practice, year] = holder
    return found


def cumulative_shares(site: Site, period: Period) -> dict[str, tuple[int, int, int]]:
    """By POD: the year's budget to the month before and to this month, over the whole, in parts."""
    april = financial_year_start(period.financial_year)
    days = [april.first_day + timedelta(n) for n in range(367)]
    days = [each for each in days if each < april.plus(12).first_day]
    closed = set(bank_holidays(april.year, april.year + 1))
    working = [each for each in days if each.weekday() < _SATURDAY and each not in closed]
    shares = {}
    for pod, spread in codes("pod").items():
        counted = working if spread == "working_days" else days
        shares[pod] = (
            sum(each < period.first_day for each in counted),
            sum(each <= period.last_day for each in counted),
            len(counted),
        )
    for row in rows(site.reference / "profile.csv"):
        if row["financial_year"] == period.financial_year:
            raise SystemExit("The peers know no profile.csv.")
    return shares


def budgets(site: Site, commissioner: str, period: Period) -> dict[tuple[str, str], int]:
    """The year's budget of each budget holder and POD, after successions, in pence."""
    april = financial_year_start(period.financial_year).first_day
    latest: dict[str, tuple[date, str]] = {}
    for row in rows(site.reference / "memberships.csv"):
        start, end = day(row["start_date"]), day(row["end_date"])
        if start is not None and start <= period.last_day and (end is None or end >= april):
            member = (start, str(row["commissioner_code"]))
            practice = str(row["practice_code"])
            latest[practice] = max(latest.get(practice, member), member)
    heir = holders(site, period)
    found: dict[tuple[str, str], int] = {}
    for row in rows(site.reference / "budgets.csv"):
        practice = str(row["practice_code"])
        if row["financial_year"] != period.financial_year:
            continue
        if latest.get(practice, (april, ""))[1] == commissioner:
            key = (heir.get((practice, period.financial_year), practice), str(row["pod"]))
            found[key] = found.get(key, 0) + (pence(row["annual_amount"]) or 0)
    return found


def left_out(site: Site, period: Period) -> set[tuple[str, str]]:
    """Practices and PODs that are shown but are not in the total."""
    return {
        (str(row["practice_code"]), str(row["pod"]))
        for row in rows(site.reference / "scope.csv")
        if row["financial_year"] == period.financial_year and row["treatment"] == "excluded"
    }


def position(
    site: Site, commissioner: str, period: Period, standing: dict[tuple[str, str], Standing]
) -> list[PositionRow]:
    """The position of every practice with a budget or a charge, by POD and in total, in order.

    It is of practices, not of records, so plain Python will do for both peers.
    """
    shares, budget = cumulative_shares(site, period), budgets(site, commissioner, period)
    apart = left_out(site, period)
    found: list[PositionRow] = []
    for practice in sorted({code for code, _ in (*budget, *standing)} | {RESIDENT}):
        total: list[int] = [0] * 7
        for pod in PODS:
            before, to_now, whole = shares[pod]
            annual = budget.get((practice, pod), 0)
            ytd_budget = share(annual, to_now, whole)
            now = standing.get((practice, pod), Standing())
            figures = [
                *(now.month_spells, now.month_actual, ytd_budget - share(annual, before, whole)),
                *(now.ytd_spells, now.ytd_actual, ytd_budget, annual),
            ]
            if (practice, pod) not in apart:
                total = [a + b for a, b in zip(total, figures, strict=True)]
            found.append(_position_row(practice, pod, figures))
        found.append(_position_row(practice, "total", total))
    return found


def share(amount: int, numerator: int, denominator: int) -> int:
    """amount x numerator / denominator, rounded half away from zero."""
    size = (2 * abs(amount) * numerator + denominator) // (2 * denominator)
    return size if amount >= 0 else -size


def _position_row(practice: str, pod: str, figures: list[int]) -> PositionRow:
    if practice != RESIDENT:
        return (practice, pod, *figures)
    month_spells, month_actual, _, ytd_spells, ytd_actual, _, _ = figures
    return (practice, pod, month_spells, month_actual, None, ytd_spells, ytd_actual, None, None)


def check(site: Site) -> None:
    """Refuse a site that asks for what the peers do not do."""
    config = site.config
    if config.attribution.date != "admission" or config.ledger.freeze_after_months is not None:
        raise SystemExit("The peers attribute on the date of admission, and know no freeze.")
