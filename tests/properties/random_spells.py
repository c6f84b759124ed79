"""Random tariff editions, and random spells that meet their rules at every boundary.

Numbers are drawn from few values, near to each other, so that equal ranks, equal lengths, stays at
the trim point and halves of pennies come up all the time.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from tests.site_builder import Cell, EditionBuilder, Row, SiteBuilder, episode_row

PERIOD = "2005-03"
HRGS = [f"P{place:02d}" for place in range(1, 13)]
EPISODE_HRGS = [*HRGS, *HRGS, "", "U01", "U02", "Z99"]
PROVIDERS = ("RXA", "RXB", "RXC", "RXD")
METHODS = ("11", "12", "13", "21", "22", "24", "28", "2A", "2D", "31", "32", "81", "89", "98", "99")
PROCEDURES = ("A01", "A02", "B01", "B02", "C01", "D01", "W371", "W372")
DIAGNOSES = ("K40", "M48", "M51", "Q21", "R54X", "I21")
PODS = ("", "elective", "daycase", "non_elective")


def random_editions(site: SiteBuilder, random: Random) -> None:
    """Gives a site two editions of 2004/05, of which the second holds, and one of another year."""
    for folder, year, number in (
        ("2004-05-first", "2004/05", random.randint(1, 3)),
        ("2004-05-second", "2004/05", random.randint(4, 6)),
        ("2005-06", "2005/06", 9),
    ):
        settings: dict[str, str | int] = {
            "financial_year": year,
            "edition": number,
            "market_forces": random.choice(("in_price", "in_price", "paid_centrally")),
        }
        if random.random() < 0.5:
            settings["short_stay_minimum_age"] = random.choice((0, 16, 18, 20))
        fill(site.edition(folder, **settings), random)


def fill(edition: EditionBuilder, random: Random) -> None:
    """Gives an edition random prices and rules."""

    def pounds() -> str:
        whole, pence = random.choice((0, 1, 99, 100, 1000, 2345)), random.choice((0, 5, 50, 99))
        return f"{whole}.{pence:02d}"

    def sometimes(value: Cell, chance: float = 0.8) -> Cell:
        return value if random.random() < chance else None

    for hrg in HRGS:
        edition.tariff(
            hrg,
            elective_price=sometimes(pounds()),
            daycase_price=sometimes(pounds()),
            non_elective_price=sometimes(pounds()),
            elective_trim_point=sometimes(random.randint(0, 6)),
            non_elective_trim_point=sometimes(random.randint(0, 9)),
            excess_day_price=sometimes(pounds()),
            short_stay_percent=sometimes(random.choice(("0", "25", "33", "50", "12.5", "100"))),
        )
    for procedure in random.sample(PROCEDURES, 5):
        edition.procedure_rank(procedure, random.randint(1, 3))
    for field, match, value in random.sample(
        [
            ("administrative_category", "equals", "02"),
            ("commissioning_serial_number", "suffix", "="),
            ("main_specialty", "prefix", "15"),
            ("hrg_code", "equals", "P03"),
            ("hrg_code", "prefix", "U0"),
            ("primary_diagnosis", "prefix", "I2"),
            ("pod", "equals", "daycase"),
            ("admission_method", "equals", "81"),
            ("provider_code", "equals", "RXD"),
        ],
        4,
    ):
        edition.exclusion(field, value, match=match)
    services = ("Spine", "Children", "Elderly", "Heart")
    for _ in range(8):
        field = random.choice(("diagnosis", "procedure"))
        codes = DIAGNOSES if field == "diagnosis" else PROCEDURES
        edition.top_up(
            random.choice(services),
            random.choice(("5", "7.5", "20", "20", "33.3")),
            field=field,
            value=random.choice(codes)[: random.randint(1, 4)],
            minimum_age=sometimes(random.choice((1, 18, 65)), 0.3),
            maximum_age=sometimes(random.choice((66, 80)), 0.3),
        )
    for service in services:
        for provider in random.sample(PROVIDERS, 2):
            edition.top_up_provider(service, provider)
    for provider, index in (
        ("RXA", "1"),
        ("RXB", "1.05"),
        ("RXC", random.choice(("0.95", "1.083452"))),
    ):
        edition.market_forces(index, provider)
    locals_ = {
        (random.choice(("", *PROVIDERS)), random.choice([*HRGS, "Z99", "U01"]), random.choice(PODS))
        for _ in range(25)
    }
    for provider, hrg, pod in sorted(locals_):
        per = random.choice(("spell", "day"))
        edition.local_price(hrg, pounds(), provider_code=provider, pod=pod, per=per)


def random_spells(random: Random, count: int) -> list[Row]:
    """Returns the episodes of so many spells of the year 2004/05, or around its ends."""
    rows: list[Row] = []
    for number in range(1, count + 1):
        rows += random_spell(random, number)
    random.shuffle(rows)
    return rows


def random_spell(random: Random, number: int) -> list[Row]:
    """Returns the episodes of one spell, whose number is shared with another provider at times."""
    nights = random.choice((0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 9, 10, 15))
    admitted = date(2004, 3, 20) + timedelta(days=random.randint(0, 380))
    discharged: Cell = admitted + timedelta(days=nights)
    if random.random() < 0.03:
        discharged = None
    spell: dict[str, Cell] = {
        "provider_code": random.choice(PROVIDERS),
        "provider_spell_number": f"S{number - (random.random() < 0.05):06d}",
        "admission_date": admitted,
        "nhs_number": f"{number:010d}",
        "admission_method": random.choice(METHODS),
        "patient_classification": random.choice("11112234"),
        "birth_date": random_birth(random, admitted),
    }
    count = random.choice((1, 1, 1, 2, 2, 3, 4))
    cuts = sorted(random.choices(range(nights + 1), k=count - 1))
    bounds = [0, *cuts, nights]
    numbers = (
        random.choices(range(1, 12), k=count) if random.random() < 0.3 else range(1, count + 1)
    )
    rows = []
    for place in range(count):
        given = dict(spell)
        if random.random() < 0.1:
            given |= {
                "admission_method": random.choice(METHODS),
                "nhs_number": "",
                "birth_date": "",
            }
        last = place == count - 1
        given |= {
            "cds_unique_identifier": f"{number:07d}-{random.randint(10, 99)}-{place}",
            "cds_record_type": random.choice(("130",) * 12 + ("120", "140", "150", "160", "180")),
            "episode_number": numbers[place],
            "episode_start_date": admitted + timedelta(days=bounds[place]),
            "episode_end_date": admitted + timedelta(days=bounds[place + 1]),
            "discharge_date": discharged if last or random.random() < 0.5 else None,
            "hrg_code": random.choice(EPISODE_HRGS),
            "spell_hrg_code": random.choice(EPISODE_HRGS) if random.random() < 0.15 else "",
            "primary_procedure": random.choice(("", *PROCEDURES)),
            "secondary_procedures": random_list(random, PROCEDURES),
            "primary_diagnosis": random.choice(("", *DIAGNOSES)),
            "secondary_diagnoses": random_list(random, DIAGNOSES),
            "administrative_category": random.choice(("01", "01", "01", "02", "")),
            "commissioning_serial_number": random.choice(("", "", "AB1", "AB1=", "=AB")),
            "main_specialty": random.choice(("100", "110", "150", "155")),
            "critical_care_days": random.choice(("", "", "", "0", "1", "3")),
            "rehabilitation_days": random.choice(("", "", "", "2")),
            "palliative_care_days": random.choice(("", "", "", "1")),
        }
        rows.append(episode_row(number, nights=nights, **given))
    return rows


def random_list(random: Random, codes: Sequence[str]) -> str:
    """Returns up to two codes as a list, at times with a blank after the semicolon."""
    return random.choice((";", "; ")).join(random.choices(codes, k=random.randint(0, 2)))


def random_birth(random: Random, admitted: date) -> Cell:
    """Returns a birth date near to where an age bound is passed, or any, or none."""
    if random.random() < 0.1:
        return None
    if random.random() < 0.1:
        return "1984-02-29"
    years = random.choice((0, 1, 16, 18, 19, 20, 65, 66, 67, 80, 81, 40))
    same_day = admitted.replace(year=admitted.year - years, day=min(admitted.day, 28))
    return min(same_day + timedelta(days=random.choice((-1, 0, 1, 100))), admitted)
