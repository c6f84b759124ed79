"""Complete example packages for the tests of the documents, invented from first to last.

`write_package` makes a revision's folder with a statement and charges for one or more practices.
The figures of a statement are summed from its rows here, so that everything that must tie does.
Seeded: the same arguments give the same bytes.
"""

import calendar
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms import package as p

PODS = {"elective": "Elective inpatient", "daycase": "Day case", "non_elective": "Non-elective"}
PROVIDERS = {
    "RZ1": "Northmoor General Hospital",
    "RZ2": "Wellbourne Infirmary",
    "RZ3": "Saltmarsh Orthopaedic Centre",
}
SPECIALTIES = {
    "100": "General surgery",
    "101": "Urology",
    "110": "Trauma and orthopaedics",
    "120": "Ear, nose and throat",
    "130": "Ophthalmology",
    "300": "General medicine",
    "301": "Gastroenterology",
    "320": "Cardiology",
    "410": "Rheumatology",
    "420": "Paediatrics",
    "430": "Geriatric medicine",
    "502": "Gynaecology",
    "501": "Obstetrics",
}
HRGS = {
    "A22": ("Non-transient stroke, over 69 or with complications", 2900),
    "B02": ("Cataract extraction with lens implant", 720),
    "C58": ("Intermediate mouth or throat procedures", 890),
    "D13": ("Lobar, atypical or viral pneumonia", 1850),
    "D20": ("Chronic obstructive pulmonary disease", 1720),
    "E12": ("Acute myocardial infarction", 1980),
    "E35": ("Chest pain, over 69 or with complications", 870),
    "F06": ("Diagnostic procedures, oesophagus and stomach", 430),
    "F35": ("Large intestine, endoscopic or intermediate procedures", 460),
    "G14": ("Biliary tract, major procedures", 2200),
    "H02": ("Primary hip replacement", 5100),
    "H04": ("Primary knee replacement", 5700),
    "H36": ("Closed pelvis or lower limb fractures", 2450),
    "J37": ("Minor skin procedures", 610),
    "L21": ("Bladder, minor endoscopic procedure", 520),
    "M07": ("Upper genital tract, major procedures", 2300),
    "N07": ("Normal delivery", 990),
    "S22": ("Planned procedures not carried out", 350),
}
REASONS = ("late", "amended", "repriced", "moved", "restored", "withdrawn")

TEXT = pa.string()
WHOLE = pa.int32()
MONEY = pa.decimal128(18, 2)
SCHEMA = pa.schema(
    [
        ("sheet", TEXT),
        ("charge_reference", TEXT),
        ("kind", TEXT),
        ("reason", TEXT),
        ("activity_month", TEXT),
        ("nhs_number", TEXT),
        ("local_patient_identifier", TEXT),
        ("birth_date", pa.date32()),
        ("sex", TEXT),
        ("age", WHOLE),
        ("provider_code", TEXT),
        ("provider_name", TEXT),
        ("provider_spell_number", TEXT),
        ("admission_date", pa.date32()),
        ("discharge_date", pa.date32()),
        ("length_of_stay", WHOLE),
        ("adjusted_length_of_stay", WHOLE),
        ("pod", TEXT),
        ("admission_method", TEXT),
        ("admission_method_name", TEXT),
        ("main_specialty", TEXT),
        ("main_specialty_name", TEXT),
        ("consultant_code", TEXT),
        ("primary_diagnosis", TEXT),
        ("primary_procedure", TEXT),
        ("hrg_code", TEXT),
        ("hrg_name", TEXT),
        ("price_status", TEXT),
        ("exclusion_reason", TEXT),
        ("tariff_edition", TEXT),
        ("base_price", MONEY),
        ("short_stay_adjustment", MONEY),
        ("excess_days", WHOLE),
        ("excess_day_payment", MONEY),
        ("top_up_service", TEXT),
        ("top_up_payment", MONEY),
        ("market_forces_payment", MONEY),
        ("total_price", MONEY),
        ("attribution_basis", TEXT),
        ("attribution_reason", TEXT),
        ("submitted_practice_code", TEXT),
        ("practice_code", TEXT),
        ("not_charged_reason", TEXT),
    ]
)
AMOUNTS = (
    "base_price",
    "short_stay_adjustment",
    "excess_day_payment",
    "top_up_payment",
    "market_forces_payment",
    "total_price",
)

Row = dict[str, Any]
PENNY = Decimal("0.01")
NOUGHT = Decimal("0.00")


@dataclass(frozen=True)
class Practice:
    """What makes an example practice the one it is; the default is an ordinary one."""

    code: str = "Y90003"
    name: str = "Harbour View Surgery"
    address: str | None = "2 Quay Lane, Saltmarsh"
    list_size: int | None = 9104
    weighted: Decimal | None = Decimal("9480.50")
    spells_a_month: int = 40
    budget_factor: Decimal = Decimal("0.985")  # of what was spent
    adjusted: int = 12  # spells of earlier months that this period posted to
    forecast: bool = True
    comparisons: bool = True
    previous_held: bool = True
    participation: str = "budget_holder"
    merged_in: tuple[str, str] | None = None
    closing_into: tuple[str, str] | None = None
    warnings: tuple[str, ...] = ()
    prior_year: bool = True
    excluded_pod: str | None = None
    budget_set: bool = True


ORDINARY = Practice(spells_a_month=200, adjusted=40)
EXTREMES = {
    "ordinary": ORDINARY,
    "no_forecast": Practice(code="Y90004", forecast=False),
    "no_activity": Practice(
        code="Y90005",
        name="Little Marsh Branch Surgery",
        list_size=312,
        weighted=Decimal("298.00"),
        spells_a_month=0,
        adjusted=0,
        prior_year=False,
    ),
    "three_thousand": Practice(code="Y90006", spells_a_month=500, adjusted=500),
    "long_name": Practice(
        code="Y90007",
        name="The Reverend Thistlethwaite-Featherstonehaugh Memorial Health Centre, Old Quay",
        address="Featherstonehaugh House, 123 Upper Thistlethwaite Promenade, Saltmarsh-on-Sea",
    ),
    "all_adjusted": Practice(code="Y90008", spells_a_month=60, adjusted=10_000),
    "over_300": Practice(code="Y90009", budget_factor=Decimal("0.25"), spells_a_month=20),
    "closed": Practice(
        code="Y90010",
        name="Old Market Practice",
        closing_into=("Y90003", "Harbour View Surgery"),
        forecast=False,
        comparisons=False,
    ),
    "successor": Practice(code="Y90011", merged_in=("Y90010", "Old Market Practice")),
    "no_budget": Practice(
        code="Y90012", budget_set=False, forecast=False, participation="information"
    ),
    "excluded_pod": Practice(code="Y90013", excluded_pod="non_elective"),
    "warned": Practice(
        code="Y90014",
        previous_held=False,
        warnings=(
            "Northmoor General Hospital sent a fifth fewer non-elective stays than is usual for "
            "September. More may come next month.",
            "Wellbourne Infirmary left the NHS number out of one record in fifteen.",
        ),
    ),
}


def _money(value: Decimal | int | str) -> Decimal:
    return Decimal(value).quantize(PENNY, rounding=ROUND_HALF_UP)


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return None if whole == 0 else _money(part * 100 / whole)


def months_of_year(period: str) -> list[str]:
    """April to March of the financial year that the period is in."""
    year, month = map(int, period.split("-"))
    start = year if month >= 4 else year - 1
    return [f"{start}-{n:02}" for n in range(4, 13)] + [f"{start + 1}-{n:02}" for n in range(1, 4)]


def _spell(chance: random.Random, practice: Practice, month: str, number: int) -> Row:
    year, n = map(int, month.split("-"))
    discharge = date(year, n, chance.randint(1, calendar.monthrange(year, n)[1]))
    pod = chance.choices(list(PODS), weights=(15, 38, 47))[0]
    nights = 0 if pod == "daycase" else chance.choice((0, 1, 1, 2, 3, 4, 6, 9, 14, 31))
    hrg = chance.choice(list(HRGS))
    name, price = HRGS[hrg]
    base = _money(Decimal(price) * (Decimal("0.8") if pod == "daycase" else 1))
    short = _money(base * Decimal("-0.3")) if pod == "non_elective" and nights < 2 else NOUGHT
    excess_days = max(0, nights - 25)
    excess = _money(excess_days * 201)
    forces = _money((base + short + excess) * Decimal("0.0473"))
    provider = chance.choices(list(PROVIDERS), weights=(70, 25, 5))[0]
    specialty = chance.choice(list(SPECIALTIES))
    age = chance.randint(0, 95)
    basis = chance.choices(
        ("registration", "submitted_practice", "submitted_gp"), weights=(941, 50, 9)
    )[0]
    method = {
        "elective": ("11", "Elective: waiting list"),
        "daycase": ("12", "Elective: booked"),
        "non_elective": ("21", "Emergency: accident and emergency department"),
    }[pod]
    return {
        "sheet": "year_to_date",
        "charge_reference": f"{practice.code}-{month}-1-{number}",
        "kind": "charge",
        "reason": "new",
        "activity_month": month,
        "nhs_number": f"{chance.randint(4_000_000_000, 4_999_999_999)}",
        "local_patient_identifier": f"H{chance.randint(100_000, 999_999)}",
        "birth_date": discharge - timedelta(days=age * 365 + 200),
        "sex": chance.choice(("1", "2")),
        "age": age,
        "provider_code": provider,
        "provider_name": PROVIDERS[provider],
        "provider_spell_number": f"S{month[2:4]}{month[5:]}{number:06}",
        "admission_date": discharge - timedelta(days=nights),
        "discharge_date": discharge,
        "length_of_stay": nights,
        "adjusted_length_of_stay": nights,
        "pod": pod,
        "admission_method": method[0],
        "admission_method_name": method[1],
        "main_specialty": specialty,
        "main_specialty_name": SPECIALTIES[specialty],
        "consultant_code": f"C{chance.randint(1_000_000, 9_999_999)}",
        "primary_diagnosis": chance.choice(("I219", "J189", "K409", "M161", "H269")),
        "primary_procedure": chance.choice((None, "W371", "C712", "G451")),
        "hrg_code": hrg,
        "hrg_name": name,
        "price_status": "priced",
        "exclusion_reason": None,
        "tariff_edition": "2004-05-synthetic-2",
        "base_price": base,
        "short_stay_adjustment": short,
        "excess_days": excess_days,
        "excess_day_payment": excess,
        "top_up_service": None,
        "top_up_payment": NOUGHT,
        "market_forces_payment": forces,
        "total_price": base + short + excess + forces,
        "attribution_basis": basis,
        "attribution_reason": "Registered with you on the day of admission.",
        "submitted_practice_code": "Y90001" if chance.random() < 0.02 else practice.code,
        "practice_code": practice.code,
        "not_charged_reason": None,
    }


def _credit(row: Row) -> Row:
    return row | {"kind": "credit"} | {name: -row[name] for name in AMOUNTS}


def _posted(row: Row, reason: str) -> Row:
    return row | {"sheet": "charges", "reason": reason}


def rows_of(practice: Practice, period: str, seed: int = 1) -> list[Row]:
    """The rows of charges.parquet: the period's postings, charges standing, spells not charged."""
    chance = random.Random(f"{practice.code} {period} {seed}")
    months = months_of_year(period)
    months = months[: months.index(period) + 1]
    standing: list[Row] = []
    for month in months:
        for number in range(practice.spells_a_month):
            standing.append(_spell(chance, practice, month, number + 1))
    posted = [_posted(row, "new") for row in standing if row["activity_month"] == period]
    earlier = [row for row in standing if row["activity_month"] < period]
    touched = chance.sample(earlier, min(practice.adjusted, len(earlier)))
    for place, row in enumerate(touched):
        reason = (
            "moved"
            if practice.merged_in or practice.closing_into
            else ("late", "late", "late", "amended", "repriced", "moved", "restored")[place % 7]
        )
        if reason in ("amended", "repriced"):
            was = row | {
                "market_forces_payment": row["market_forces_payment"] - 10,
                "total_price": row["total_price"] - 10,
            }
            posted += [_posted(_credit(was), reason), _posted(row, reason)]
        else:
            posted.append(_posted(row, reason))
    if practice.closing_into:
        posted = [_posted(_credit(row), "moved") for row in earlier]
        standing = []
    elif touched and len(months) > 1:
        for number in range(1 + len(touched) // 20):
            gone = _spell(chance, practice, months[0], 90_000 + number)
            posted.append(_posted(_credit(gone), "withdrawn"))
    if practice.prior_year and practice.spells_a_month:
        year = int(months[0][:4])
        posted.append(_posted(_spell(chance, practice, f"{year}-03", 80_001), "late"))
    posted = [
        row | {"charge_reference": f"{practice.code}-{period}-1-{n}"}
        for n, row in enumerate(posted, start=1)
    ]
    not_charged = []
    for number in range(practice.spells_a_month // 10):
        row = _spell(chance, practice, chance.choice(months), 70_000 + number)
        status, why = (
            ("excluded", "Excluded: private patient"),
            ("excluded", "Excluded: regular attender"),
            ("ungrouped", "Ungrouped: the record has no usable HRG"),
            ("no_tariff", "Not priced: the tariff has no price for this HRG"),
            (None, "Still in hospital"),
        )[number % 5]
        row |= dict.fromkeys(AMOUNTS, NOUGHT) | {
            "sheet": "not_charged",
            "charge_reference": None,
            "kind": None,
            "reason": None,
            "price_status": status,
            "exclusion_reason": why.split(": ")[1] if status == "excluded" else None,
            "not_charged_reason": why,
        }
        if status is None:
            row |= {"discharge_date": None, "activity_month": None, "length_of_stay": None}
        not_charged.append(row)
    return posted + standing + not_charged


def charges_table(rows: Sequence[Row]) -> pa.Table:
    """The rows as the table that charges.parquet holds."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def _total(rows: Iterable[Row]) -> Decimal:
    return sum((row["total_price"] for row in rows), NOUGHT)


def _drivers(rows: Sequence[Row], code: str, name: str, held: bool) -> p.DriverTable:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[code]].append(row)
    total = _total(rows)

    def driver(key: str | None, title: str, members: Sequence[Row]) -> p.Driver:
        amount = _total(members)
        return p.Driver(
            code=key,
            name=title,
            spells=len(members),
            amount=amount,
            share_percent=_percent(amount, total),
            previous_spells=len(members) - len(members) // 9 if held else None,
            previous_amount=_money(amount * Decimal("0.94")) if held else None,
        )

    ordered = sorted(groups, key=lambda key: (-_total(groups[key]), key))
    rest = [row for key in ordered[10:] for row in groups[key]]
    return p.DriverTable(
        rows=tuple(driver(key, groups[key][0][name], groups[key]) for key in ordered[:10]),
        others=driver(None, "Others", rest) if rest else None,
        others_count=len(ordered[10:]),
        total=driver(None, "All", rows),
    )


def _funnel(measure: str, mean: Decimal, practice: Practice, seed: int) -> p.Funnel:
    chance = random.Random(seed)
    # Over-dispersion as of costs: a wider funnel for pounds than for spells.
    spread = mean * (Decimal("0.35") if measure == "spells" else Decimal("0.6")) * 10

    def limit(size: Decimal, z: str) -> Decimal:
        return _money(spread * Decimal(z) / size.sqrt())

    others = sorted(
        (size := _money(chance.randint(2000, 20_000)), _money(mean + limit(size, "1") * n))
        for n in (_money(str(round(chance.gauss(0, 1.1), 2))) for _ in range(12))
    )
    own = None
    if practice.weighted:
        own = p.FunnelPoint(
            weighted_list_size=practice.weighted,
            value=_money(mean + limit(practice.weighted, "2.2")),
        )
    sizes = [Decimal(size) for size in range(1000, 22_001, 500)]
    return p.Funnel(
        measure=measure,
        mean=mean,
        practice=own,
        verdict="above_95" if own else None,
        others=tuple(p.FunnelPoint(weighted_list_size=s, value=v) for s, v in others),
        others_in_all=len(others),
        suppressed=1,
        limits=tuple(
            p.FunnelLimit(
                weighted_list_size=size,
                lower_998=max(NOUGHT, mean - limit(size, "3.09")),
                lower_95=max(NOUGHT, mean - limit(size, "1.96")),
                upper_95=mean + limit(size, "1.96"),
                upper_998=mean + limit(size, "3.09"),
            )
            for size in sizes
        ),
    )


def _scope(practice: Practice, pod: str) -> str:
    return "excluded" if pod == practice.excluded_pod else "held"


def statement_of(
    practice: Practice, period: str, rows: Sequence[Row], sha256: str, freeze: int | None = 2
) -> p.Statement:
    """The statement that the rows add up to."""
    year = months_of_year(period)
    n = year.index(period) + 1
    to_date = year[:n]
    posted = [row for row in rows if row["sheet"] == "charges"]
    standing = [row for row in rows if row["sheet"] == "year_to_date"]
    not_charged = [row for row in rows if row["sheet"] == "not_charged"]
    held = [row for row in standing if _scope(practice, row["pod"]) != "excluded"]
    annual = {}
    budgeted = practice.budget_set and practice.closing_into is None
    for pod in PODS:
        spent = _total(row for row in standing if row["pod"] == pod) or Decimal(90_000)
        factor = practice.budget_factor if budgeted else Decimal(0)
        annual[pod] = _money((spent * factor * 12 / n).quantize(Decimal(100)))

    def position(pod: str, treatment: str | None) -> p.Position:
        pods = [pod] if pod != "total" else [k for k in PODS if _scope(practice, k) != "excluded"]
        mine = [row for row in standing if row["pod"] in pods]
        month = [row for row in mine if row["activity_month"] == period]
        earlier = [r for r in posted if r["pod"] in pods and r["activity_month"] < period]
        budget = sum((annual[k] for k in pods), NOUGHT)
        ytd_budget = sum((_money(annual[k] * n / 12) for k in pods), NOUGHT)
        month_budget = ytd_budget - sum((_money(annual[k] * (n - 1) / 12) for k in pods), NOUGHT)
        actual = _total(mine)
        forecast = practice.forecast and n < 12 and actual != 0
        expected = _money(actual * 12 / n)
        return p.Position(
            pod=pod,
            pod_name=PODS.get(pod, "Total"),
            treatment=treatment,
            month_spells=len(month),
            month_actual=_total(month),
            month_budget=month_budget,
            month_variance=_total(month) - month_budget,
            adjustments=_total(r for r in earlier if r["activity_month"] >= year[0]),
            ytd_spells=len(mine),
            ytd_actual=actual,
            ytd_budget=ytd_budget,
            variance=actual - ytd_budget,
            variance_percent=_percent(actual - ytd_budget, ytd_budget),
            annual_budget=budget,
            forecast=expected if forecast else None,
            forecast_low=_money(expected * Decimal("0.97")) if forecast else None,
            forecast_high=_money(expected * Decimal("1.03")) if forecast else None,
            prior_year_adjustments=_total(r for r in earlier if r["activity_month"] < year[0]),
        )

    total = position("total", None)
    annual_total = total.annual_budget or NOUGHT
    points = []
    running = NOUGHT
    for place, month in enumerate(year, start=1):
        cumulative = sum(
            (_money(annual[k] * place / 12) for k in PODS if _scope(practice, k) != "excluded"),
            NOUGHT,
        )
        before = points[-1].cumulative_budget if points else NOUGHT
        mine = [row for row in held if row["activity_month"] == month]
        running += _total(mine)
        to_come = place > n
        frozen = freeze is not None and n - place > freeze
        band = _money(annual_total * Decimal("0.008") * Decimal(place).sqrt())
        ahead = place - n
        mid = (
            None
            if not to_come or total.forecast is None
            else _money(
                (total.variance or 0)
                + (total.forecast - annual_total - (total.variance or 0)) * ahead / (12 - n)
            )
        )
        width = _money(annual_total * Decimal("0.012") * Decimal(max(ahead, 0)).sqrt())
        points.append(
            p.MonthPoint(
                month=month,
                state="to_come"
                if to_come
                else ("open" if freeze is None else ("frozen" if frozen else "flex")),
                freezes_in=None if freeze is None else _plus(month, freeze + 1),
                budget=cumulative - before,
                cumulative_budget=cumulative,
                spells=None if to_come else len(mine),
                actual=None if to_come else _total(mine),
                cumulative_actual=None if to_come else running,
                cumulative_difference=None if to_come else running - cumulative,
                chance_low=-band if practice.forecast and not to_come else None,
                chance_high=band if practice.forecast and not to_come else None,
                forecast_low=None if mid is None else mid - width,
                forecast_mid=mid,
                forecast_high=None if mid is None else mid + width,
            )
        )
    this_year = [r for r in posted if r["activity_month"] >= year[0]]
    adjusting = [
        r
        for r in this_year
        if r["activity_month"] < period or practice.closing_into
        if _scope(practice, r["pod"]) != "excluded"
    ]
    adjustments = []
    for reason in REASONS:
        mine = [r for r in adjusting if r["reason"] == reason]
        if not mine:
            continue
        merged = practice.merged_in or practice.closing_into if reason == "moved" else None
        directions: Mapping[str | None, Sequence[Row]] = (
            {
                "in": [r for r in mine if r["kind"] == "charge"],
                "out": [r for r in mine if r["kind"] == "credit"],
            }
            if reason == "moved"
            else {None: mine}
        )
        for direction, some in directions.items():
            if some:
                adjustments.append(
                    p.Adjustment(
                        reason=reason,
                        direction=direction,
                        by_succession=bool(merged),
                        practice_code=merged[0] if merged else None,
                        practice_name=merged[1] if merged else None,
                        spells=len({r["provider_spell_number"] for r in some}),
                        charges=sum(r["kind"] == "charge" for r in some),
                        credits=sum(r["kind"] == "credit" for r in some),
                        amount=_total(some),
                    )
                )
    moved_now = [r for r in held if r["activity_month"] == period]
    new_amount = _total(moved_now)
    excluded = [r for r in this_year if _scope(practice, r["pod"]) == "excluded"]
    prior = [r for r in posted if r["activity_month"] < year[0]]
    largest = sorted(adjusting, key=lambda r: (-abs(r["total_price"]), r["charge_reference"]))[:5]
    shares = []
    for basis in ("registration", "submitted_practice", "submitted_gp"):
        mine = [r for r in standing if r["attribution_basis"] == basis]
        if mine:
            shares.append(
                p.AttributionShare(
                    basis=basis,
                    charges=len(mine),
                    amount=_total(mine),
                    percent=_percent(Decimal(len(mine)), Decimal(len(standing))),
                )
            )
    elsewhere = [
        r
        for r in standing
        if r["attribution_basis"] == "registration"
        and r["submitted_practice_code"] != practice.code
    ]
    uncharged: dict[tuple[str, str | None], int] = defaultdict(int)
    for row in not_charged:
        if row["price_status"]:
            uncharged[(row["price_status"], row["exclusion_reason"])] += 1
    name = "5XA"
    previous = to_date[-2] if n > 1 else None
    variance = total.variance or NOUGHT
    chance = None
    if practice.forecast and total.ytd_budget:
        amount = _money(total.ytd_budget * Decimal("0.049"))
        chance = p.Chance(
            percent=_money("4.9"), amount=amount, years_in_ten=8, within=abs(variance) <= amount
        )
    return p.Statement(
        identity=p.Identity(
            number=f"{name}/{period}/{practice.code}/r1",
            commissioner_code=name,
            commissioner_name="East Saltmarsh Primary Care Trust",
            practice_code=practice.code,
            practice_name=practice.name,
            practice_address=practice.address,
            practice_postcode="ZZ1 2AB" if practice.address else None,
            list_size=practice.list_size,
            weighted_list_size=practice.weighted,
            close_date=date(2004, 6, 30) if practice.closing_into else None,
            participation=practice.participation,
            period=period,
            financial_year=f"{year[0][:4]}/{year[-1][2:4]}",
            first_month=year[0],
            month_number=n,
            revision=1,
            standing="provisional",
            contact="Practice finance team, 01632 960 000, practice.finance@example.org",
            query_deadline=date(2004, 11, 14),
            data_to=date(2004, 10, 8),
            synthetic=True,
        ),
        headline=p.Headline(
            budget_set=budgeted,
            budget_to_date=total.ytd_budget,
            spent_to_date=total.ytd_actual,
            difference=variance,
            difference_percent=total.variance_percent,
            annual_budget=annual_total,
            forecast=total.forecast,
            forecast_low=total.forecast_low,
            forecast_high=total.forecast_high,
            forecast_difference=None if total.forecast is None else total.forecast - annual_total,
            chance=chance,
        ),
        months=tuple(points),
        pods=tuple(position(pod, _scope(practice, pod)) for pod in PODS),
        total=total,
        changes=p.Changes(
            previous_period=previous,
            previous_number=f"{name}/{previous}/{practice.code}/r1" if previous else None,
            opening=total.ytd_actual - new_amount - _total(adjusting),
            new_spells=len(moved_now),
            new_amount=new_amount,
            adjustments=tuple(adjustments),
            adjustments_amount=_total(adjusting),
            closing=total.ytd_actual,
            prior_year_spells=len(prior),
            prior_year_amount=_total(prior),
            excluded_postings=len(excluded),
            excluded_amount=_total(excluded),
            largest=tuple(
                p.LargestAdjustment(
                    charge_reference=r["charge_reference"],
                    kind=r["kind"],
                    reason=r["reason"],
                    activity_month=r["activity_month"],
                    pod=r["pod"],
                    pod_name=PODS[r["pod"]],
                    amount=r["total_price"],
                )
                for r in largest
            ),
        ),
        merged_in=(
            p.MergedIn(
                practice_code=practice.merged_in[0],
                practice_name=practice.merged_in[1],
                merged_on=date(2004, 7, 1),
                annual_budget=_money(412_600),
            ),
        )
        if practice.merged_in
        else (),
        closing=p.Closing(
            successor_code=practice.closing_into[0],
            successor_name=practice.closing_into[1],
            merged_on=date(2004, 7, 1),
            spells_moved=len(adjusting),
            amount_moved=-_total(adjusting),
            annual_budget_moved=_money(412_600),
        )
        if practice.closing_into
        else None,
        drivers=p.Drivers(
            first_month=year[0],
            last_month=period,
            previous_held=practice.previous_held,
            providers=_drivers(held, "provider_code", "provider_name", practice.previous_held),
            specialties=_drivers(
                held, "main_specialty", "main_specialty_name", practice.previous_held
            ),
            hrgs=_drivers(held, "hrg_code", "hrg_name", practice.previous_held),
        ),
        comparisons=p.Comparisons(
            first_month=year[0],
            last_month=period,
            spells=_funnel("spells", _money("118.4"), practice, 4),
            cost=_funnel("cost", _money("154300"), practice, 5),
        )
        if practice.comparisons
        else None,
        trust=p.Trust(
            attribution=tuple(shares),
            submitted_elsewhere_spells=len(elsewhere),
            submitted_elsewhere_amount=_total(elsewhere),
            not_charged=tuple(
                p.NotCharged(status=status, reason=why, spells=count)
                for (status, why), count in sorted(uncharged.items(), key=lambda i: str(i[0]))
            ),
            not_charged_spells=sum(uncharged.values()),
            open_spells=sum(r["price_status"] is None for r in not_charged),
            held_spells=0,
            held_amount=NOUGHT,
            flex_months=tuple(m.month for m in points if m.state == "flex"),
            warnings=tuple(
                p.QualityWarning(gate="episodes", rule=f"check_{i}", text=text)
                for i, text in enumerate(practice.warnings)
            ),
        ),
        detail=p.Detail(
            sha256=sha256,
            charges_rows=len(posted),
            charges_amount=_total(posted),
            year_to_date_rows=len(standing),
            year_to_date_amount=_total(standing),
            not_charged_rows=len(not_charged),
        ),
        notes=notes(freeze),
    )


def _plus(month: str, months: int) -> str:
    year, n = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year}-{n + 1:02}"


def notes(freeze: int | None = 2) -> p.Notes:
    """What the example's figures rest on."""
    return p.Notes(
        tariff_editions=(
            p.TariffEdition(
                name="2004-05-synthetic-2",
                financial_year="2004/05",
                edition=2,
                currency="HRG3.5",
                published="2004-03-01",
                source="Invented prices in the shape of the 2004/05 tariff; not the real tariff.",
                market_forces="in_price",
            ),
        ),
        rules=p.Rules(
            attribution_date="admission",
            freeze_after_months=freeze,
            ledger_opens="2004-04",
            suppress_below=6,
        ),
        mark=14,
        software_version="0.1.0",
    )


def write_practice(
    folder: Path, practice: Practice, period: str = "2004-09", freeze: int | None = 2
) -> Path:
    """Write a practice's package folder under a revision's folder; gives the practice's folder."""
    own = folder / practice.code
    own.mkdir(parents=True, exist_ok=True)
    rows = rows_of(practice, period)
    pq.write_table(charges_table(rows), own / p.CHARGES_FILE)
    digest = p.file_hash(own, own / p.CHARGES_FILE).sha256
    p.write_statement(own, statement_of(practice, period, rows, digest, freeze))
    return own


def write_package(
    folder: Path,
    practices: Sequence[Practice] = (ORDINARY,),
    period: str = "2004-09",
    freeze: int | None = 2,
) -> Path:
    """Write a whole revision's folder, manifest included; gives the folder."""
    for practice in practices:
        write_practice(folder, practice, period, freeze)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    p.write_manifest(
        folder,
        p.Manifest(
            commissioner_code="5XA",
            period=period,
            revision=1,
            mark=14,
            practices=tuple(sorted(practice.code for practice in practices)),
            tariff_editions=("2004-05-synthetic-2",),
            inputs=(),
            software_version="0.1.0",
            files=tuple(p.file_hash(folder, path) for path in files),
        ),
    )
    return folder
