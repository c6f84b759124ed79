"""Pricing by example: one case for every rule and every boundary of how a spell is priced.

Written to be read by whoever knows hospital activity or its money, not Python. A case says in
words what it shows, gives what matters of the spell's episodes and the price expected, each amount
written as the sum it is. What a case does not give is the same everywhere (see `episode_row`): an
ordinary NHS patient of 54, admitted electively on 10 May 2004 to provider RXA for three nights,
HRG E10. Each component that a case does not name must be 0.

All prices are invented, except those of HN12F, which are the combined day case and elective
price, the non-elective price and the trim point of the 2017/18 national prices; its excess day
price here is invented too. The editions claim nothing of any real tariff.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.site_builder import Cell, SiteBuilder, days_after

Given = Mapping[str, Cell]


@dataclass(frozen=True)
class PricingExample:
    """A case: what it shows, the episodes of one spell, and the price expected.

    `mistake` names the known mistake of other people's pricing scripts that the case would catch.
    """

    title: str
    rule: str
    episodes: tuple[Given, ...]
    expected: Mapping[str, str]
    mistake: str = ""


def stay(nights: int = 3, **given: Cell) -> Given:
    """An episode that is a whole stay of so many nights, from 10 May 2004 unless told."""
    admitted = str(given.get("admission_date", "2004-05-10"))
    return {
        "admission_date": admitted,
        "discharge_date": days_after(admitted, nights),
        "hrg_code": "E10",
        **given,
    }


def part(first_night: int, last_night: int, nights: int, **given: Cell) -> Given:
    """An episode that is a part of a longer stay: from one night to another, counted from 0."""
    admitted = str(given.get("admission_date", "2004-05-10"))
    whole = stay(nights, **given)
    return {
        "episode_start_date": days_after(admitted, first_night),
        "episode_end_date": days_after(admitted, last_night),
        **whole,
    }


EMERGENCY: Given = {"admission_method": "21"}
DAY_CASE: Given = {"patient_classification": "2"}


def example(title: str, rule: str, *episodes: Given, mistake: str = "", **expected: str) -> None:
    """Adds a case to the table."""
    assert "price_status" in expected and "total_price" in expected, title
    last_section = next(reversed(SECTIONS))
    SECTIONS[last_section].append(PricingExample(title, rule, episodes, expected, mistake))


def section(title: str) -> None:
    """Begins a section of the table, into which the cases that follow go."""
    SECTIONS[title] = []


SECTIONS: dict[str, list[PricingExample]] = {}


def tariffs(site: SiteBuilder) -> None:
    """Gives a site the editions of the examples. Read the tables below as the tariff's pages."""
    year = site.edition(
        "2004-05",
        financial_year="2004/05",
        edition=1,
        currency="HRG3.5",
        market_forces="in_price",
        source="Invented for worked examples; claims nothing of the real 2004/05 tariff.",
    )
    prices = (
        #  HRG   elective  day case  non-elective  trim e  trim ne  excess  short stay %
        ("E10", "1000", "600", "1500", "5", "10", "250", "40"),
        ("E11", "2000", "", "2500", "", "", "", ""),  # no trim points, no short stay price
        ("E12", "900", "500", "800.25", "2", "3", "", "30"),  # no excess day price; pence
        ("E13", "", "500", "", "", "", "", ""),  # a day case price alone
        ("E14", "900", "", "1001.24", "4", "8", "100", "30"),
        ("E15", "1000", "600", "800.25", "5", "10", "250", ""),
        ("E20", "3000", "1200", "3500", "10", "15", "200", "50"),
        ("E21", "1800", "700", "2100", "6", "9", "150", "25"),
        ("E22", "100.10", "100.08", "100.30", "", "", "", ""),
        ("E23", "0", "0", "0", "", "", "", ""),
        ("E24", "", "", "100", "", "", "", "40.0049999"),
    )
    for hrg, elective, daycase, non_elective, trim_e, trim_n, excess, short in prices:
        year.tariff(
            hrg,
            elective_price=elective,
            daycase_price=daycase,
            non_elective_price=non_elective,
            elective_trim_point=trim_e,
            non_elective_trim_point=trim_n,
            excess_day_price=excess,
            short_stay_percent=short,
        )
    year.procedure_rank("W371", 1)
    year.procedure_rank("H332", 5)
    year.procedure_rank("J183", 5)
    year.procedure_rank("S065", 40)
    year.exclusion("administrative_category", "02", reason="private patient")
    year.exclusion("commissioning_serial_number", "=", match="suffix", reason="marked outside")
    year.exclusion("main_specialty", "15", match="prefix", reason="specialised neuroscience")
    year.exclusion("hrg_code", "X9", match="prefix", reason="specialised group")
    year.exclusion("hrg_code", "U8", match="prefix", reason="ungroupable and specialised")
    year.top_up("Orthopaedics", "20", field="procedure", value="W37")
    year.top_up("Children", "30", field="diagnosis", value="Q", maximum_age=17)
    year.top_up("Spine", "30", field="diagnosis", value="M4")
    year.top_up("Spine, equal rate", "30", field="diagnosis", value="M5")
    year.top_up("Spine, equal rate, later", "30", field="diagnosis", value="M51")
    year.top_up("Elderly", "7.5", field="diagnosis", value="R54", minimum_age=80)
    year.top_up("Half a penny", "5", field="diagnosis", value="Z99")
    for service in (
        "Orthopaedics",
        "Children",
        "Spine",
        "Spine, equal rate",
        "Spine, equal rate, later",
        "Elderly",
        "Half a penny",
    ):
        year.top_up_provider(service, "RXD")
    year.top_up_provider("Orthopaedics", "RXB")
    year.market_forces("1", "RXA")
    year.market_forces("1.05", "RXB")
    year.market_forces("1", "RXD")
    year.market_forces("0.95", "RXE")
    year.local_price("L01", "111")
    year.local_price("L01", "222", pod="elective")
    year.local_price("L01", "333", provider_code="RXA")
    year.local_price("L01", "444", provider_code="RXA", pod="elective")
    year.local_price("L02", "75.50", per="day")
    year.local_price("E15", "1")
    year.local_price("E13", "650", pod="elective")
    year.local_price("X99", "9000")
    year.local_price("U01", "50")

    withdrawn = site.edition(
        "2006-07-withdrawn",
        financial_year="2006/07",
        edition=1,
        currency="HRG3.5",
        market_forces="paid_centrally",
        source="Invented for worked examples: the edition that was withdrawn.",
    )
    withdrawn.tariff("E10", elective_price="1100", elective_trim_point="5", excess_day_price="300")
    reissued = site.edition(
        "2006-07-reissued",
        financial_year="2006/07",
        edition=2,
        currency="HRG3.5",
        market_forces="paid_centrally",
        short_stay_minimum_age=17,
        source="Invented for worked examples: the edition that took its place.",
    )
    reissued.tariff(
        "E10",
        elective_price="1050",
        daycase_price="610",
        non_elective_price="1600",
        elective_trim_point="5",
        excess_day_price="280",
        short_stay_percent="25",
    )
    reissued.market_forces("1.2", "RXB")
    reissued.exclusion("pod", "daycase", reason="day cases are bought by block contract")

    modern = site.edition(
        "2017-18",
        financial_year="2017/18",
        edition=1,
        currency="HRG4+",
        market_forces="in_price",
        source="HN12F: 2017/18 national prices; its excess day price and all else are invented.",
    )
    modern.tariff(
        "HN12F",
        elective_price="5431",
        daycase_price="5431",
        non_elective_price="5431",
        elective_trim_point="6",
        non_elective_trim_point="6",
        excess_day_price="250",
    )
    modern.tariff("HN99Z", elective_price="900", daycase_price="500", non_elective_price="1300")


def example_site(directory: Path, commissioner: str = "5XA") -> SiteBuilder:
    """Returns a site with the editions of the examples and no activity."""
    site = SiteBuilder(directory, commissioners={commissioner: "Exemplar Primary Care Trust"})
    site.setting("gates", enforce=False)
    tariffs(site)
    return site


section("Point of delivery and admission type")

example(
    "An elective ordinary admission",
    "Admission method 11, 12 or 13 and an ordinary admission: the elective price.",
    stay(),
    pod="elective",
    admission_type="elective",
    price_status="priced",
    tariff_edition="2004-05",
    length_of_stay="3",
    base_price="1000",
    total_price="1000",
)
example(
    "A day case",
    "Admission method 11, 12 or 13 and classification 2: the day case price.",
    stay(0, **DAY_CASE),
    pod="daycase",
    admission_type="elective",
    price_status="priced",
    length_of_stay="0",
    base_price="600",
    total_price="600",
)
example(
    "An emergency admission",
    "Every method other than 11, 12 and 13 is non-elective.",
    stay(3, **EMERGENCY),
    pod="non_elective",
    admission_type="emergency",
    price_status="priced",
    base_price="1500",
    total_price="1500",
)
example(
    "An emergency admission classified as a day case",
    "Classification makes a day case of elective admissions alone.",
    stay(2, admission_method="21", patient_classification="2"),
    pod="non_elective",
    price_status="priced",
    base_price="1500",
    total_price="1500",
)
example(
    "A mother and baby, admitted electively",
    "Any classification but 2, 3 and 4 is an ordinary elective admission.",
    stay(patient_classification="5", admission_method="13"),
    pod="elective",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
for classification, words in (("3", "day"), ("4", "night")):
    example(
        f"A regular {words} attender",
        "Classifications 3 and 4 are regular attenders, whom the tariff excludes.",
        stay(0, patient_classification=classification, admission_method="12"),
        pod="regular",
        admission_type="elective",
        price_status="excluded",
        exclusion_reason="regular attender",
        tariff_edition="2004-05",
        total_price="0",
    )
example(
    "A regular attender whose HRG has a local price",
    "A regular attender is excluded, whatever local price there is.",
    stay(0, patient_classification="3", hrg_code="L01"),
    price_status="excluded",
    exclusion_reason="regular attender",
    total_price="0",
)
example(
    "A regular attender who is a private patient",
    "The reason of a regular attender comes before those of the rules.",
    stay(0, patient_classification="3", administrative_category="02"),
    price_status="excluded",
    exclusion_reason="regular attender",
    total_price="0",
)
for methods, admission_type in (
    (("11", "12", "13"), "elective"),
    (("21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D"), "emergency"),
    (("31", "32"), "maternity"),
    (("81", "82", "83", "84", "89", "98", "99"), "other"),
):
    for method in methods:
        elective = admission_type == "elective"
        example(
            f"Admission method {method}",
            f"Method {method} is of the group {admission_type}.",
            stay(2, admission_method=method),
            pod="elective" if elective else "non_elective",
            admission_type=admission_type,
            price_status="priced",
            base_price="1000" if elective else "1500",
            total_price="1000" if elective else "1500",
        )

section("Episodes joined into a spell")

example(
    "Three episodes, one spell, one price",
    "A spell is a provider and a spell number; it has one HRG and one price.",
    part(0, 1, 3, hrg_code="E10", primary_procedure="S065"),
    part(1, 2, 3, hrg_code="E20", primary_procedure="W371", episode_number=2),
    part(2, 3, 3, hrg_code="E21", primary_procedure="H332", episode_number=3),
    episodes="3",
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
    mistake="a spell split by HRG",
)
example(
    "A spell number used by one provider",
    "Another provider's spell of the same number is another spell.",
    stay(3, provider_spell_number="SHARED"),
    episodes="1",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "The same spell number used by another provider",
    "Another provider's spell of the same number is another spell.",
    stay(3, provider_spell_number="SHARED", provider_code="RXD", hrg_code="E20"),
    episodes="1",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)
example(
    "Two short episodes of one long stay",
    "Length of stay is the spell's: 7 nights, though no episode lasts longer than 4.",
    part(0, 4, 7),
    part(4, 7, 7, episode_number=2),
    length_of_stay="7",
    price_status="priced",
    base_price="1000",
    excess_days="2",
    excess_day_payment="2 * 250",
    total_price="1000 + 2 * 250",
    mistake="an episode's duration used for the spell's",
)
example(
    "Admission details are the first episode's",
    "First by start date, though its episode number is the higher.",
    part(2, 3, 3, episode_number=1, admission_method="21"),
    part(0, 2, 3, episode_number=2, admission_method="11"),
    pod="elective",
    admission_type="elective",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "Equal start dates: the lower episode number is first",
    "Episodes are in order of start date, then episode number as a number, then identifier.",
    part(0, 3, 3, episode_number=10, admission_method="21"),
    part(0, 0, 3, episode_number=9, admission_method="11"),
    pod="elective",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "Equal start dates and numbers: the lower identifier is first",
    "Episodes are in order of start date, then episode number as a number, then identifier.",
    part(0, 3, 3, cds_unique_identifier="WORKED-B", admission_method="21", episode_number=1),
    part(0, 3, 3, cds_unique_identifier="WORKED-A", admission_method="11", episode_number=1),
    pod="elective",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "The first episode has no birth date, the second has one",
    "Patient details are the first episode's, even where blank: no age, so an adult.",
    part(0, 1, 1, birth_date="", **EMERGENCY),
    part(1, 1, 1, birth_date="1995-01-01", episode_number=2, **EMERGENCY),
    age="",
    price_status="priced",
    base_price="1500",
    short_stay_adjustment="1500 * 40 / 100 - 1500",
    total_price="1500 * 40 / 100",
)
example(
    "The discharge date is the greatest that any episode gives",
    "The first episode was sent before the discharge was known.",
    part(0, 4, 7, discharge_date=""),
    part(4, 7, 7, episode_number=2),
    length_of_stay="7",
    discharge_date="2004-05-17",
    price_status="priced",
    base_price="1000",
    excess_days="2",
    excess_day_payment="2 * 250",
    total_price="1000 + 2 * 250",
)

section("Length of stay and the trim point")

example(
    "Elective: a stay at the trim point",
    "Days are paid beyond the trim point, not at it.",
    stay(5),
    price_status="priced",
    base_price="1000",
    total_price="1000",
    mistake="the trim point returned as the price",
)
example(
    "Elective: a stay one day past the trim point",
    "Each day beyond the trim point is paid at the excess day price.",
    stay(6),
    price_status="priced",
    base_price="1000",
    excess_days="1",
    excess_day_payment="1 * 250",
    total_price="1000 + 1 * 250",
)
example(
    "Non-elective: a stay at the trim point",
    "Each POD has its own trim point.",
    stay(10, **EMERGENCY),
    price_status="priced",
    base_price="1500",
    total_price="1500",
    mistake="one POD's trim tested and the other's subtracted",
)
example(
    "Non-elective: a stay one day past the trim point",
    "Each POD has its own trim point: 11 nights less 10, not less the elective 5.",
    stay(11, **EMERGENCY),
    price_status="priced",
    base_price="1500",
    excess_days="11 - 10",
    excess_day_payment="1 * 250",
    total_price="1500 + 1 * 250",
    mistake="one POD's trim tested and the other's subtracted",
)
example(
    "Non-elective: a stay between the two trim points",
    "Each POD has its own trim point: 7 nights are past the elective one only.",
    stay(7, **EMERGENCY),
    price_status="priced",
    base_price="1500",
    total_price="1500",
    mistake="one POD's trim tested and the other's subtracted",
)
example(
    "An HRG of 2017/18, ten nights",
    "Four days past the trim point of six.",
    stay(10, hrg_code="HN12F", admission_date="2017-05-10"),
    tariff_edition="2017-18",
    price_status="priced",
    base_price="5431",
    excess_days="10 - 6",
    excess_day_payment="4 * 250",
    total_price="5431 + 4 * 250",
)
example(
    "A combined day case and elective price, as a day case",
    "A combined price stands in both columns.",
    stay(0, hrg_code="HN12F", admission_date="2017-05-10", **DAY_CASE),
    price_status="priced",
    base_price="5431",
    total_price="5431",
)
example(
    "Separate day case and elective prices",
    "Where there is no combined price, each POD has its own; they are never added.",
    stay(2, hrg_code="HN99Z", admission_date="2017-05-10"),
    price_status="priced",
    base_price="900",
    total_price="900",
    mistake="day case and elective prices added where a combined one is missing",
)
example(
    "Separate day case and elective prices, as a day case",
    "Where there is no combined price, each POD has its own; they are never added.",
    stay(0, hrg_code="HN99Z", admission_date="2017-05-10", **DAY_CASE),
    price_status="priced",
    base_price="500",
    total_price="500",
    mistake="day case and elective prices added where a combined one is missing",
)
example(
    "A day case that stayed far beyond the elective trim point",
    "There are no excess days for day cases.",
    stay(20, **DAY_CASE),
    pod="daycase",
    length_of_stay="20",
    price_status="priced",
    base_price="600",
    total_price="600",
)
example(
    "An HRG without a trim point",
    "Without a trim point there are no excess days, however long the stay.",
    stay(100, hrg_code="E11"),
    price_status="priced",
    base_price="2000",
    total_price="2000",
)
example(
    "An HRG with a trim point but no excess day price",
    "The days are counted and paid at 0.",
    stay(6, hrg_code="E12"),
    price_status="priced",
    base_price="900",
    excess_days="6 - 2",
    excess_day_payment="4 * 0",
    total_price="900",
)
for kind, words in (
    ("critical_care_days", "Critical care"),
    ("rehabilitation_days", "Rehabilitation"),
    ("palliative_care_days", "Palliative care"),
):
    example(
        f"{words} days are taken off the stay",
        "Adjusted length of stay leaves out days that are paid for elsewhere.",
        stay(8, **{kind: 2}),
        length_of_stay="8",
        adjusted_length_of_stay="8 - 2",
        price_status="priced",
        base_price="1000",
        excess_days="8 - 2 - 5",
        excess_day_payment="1 * 250",
        total_price="1000 + 1 * 250",
    )
example(
    "Days taken off are those of all episodes together",
    "All episodes count, the excluded one (private) too.",
    part(0, 5, 10, critical_care_days=1, rehabilitation_days=1),
    part(5, 10, 10, episode_number=2, palliative_care_days=2, administrative_category="02"),
    adjusted_length_of_stay="10 - 1 - 1 - 2",
    price_status="priced",
    base_price="1000",
    excess_days="6 - 5",
    excess_day_payment="1 * 250",
    total_price="1000 + 1 * 250",
)
example(
    "More days taken off than the stay has",
    "Adjusted length of stay is never below 0.",
    stay(3, critical_care_days=5),
    length_of_stay="3",
    adjusted_length_of_stay="0",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)

section("Short stay")

for nights in (0, 1):
    example(
        f"Emergency, {nights} night{'' if nights == 1 else 's'}",
        "An emergency stay of fewer than 2 nights has the HRG's percentage of the price.",
        stay(nights, **EMERGENCY),
        price_status="priced",
        base_price="1500",
        short_stay_adjustment="1500 * 40 / 100 - 1500",
        total_price="1500 * 40 / 100",
    )
example(
    "Emergency, 2 nights",
    "From 2 nights on it is no short stay.",
    stay(2, **EMERGENCY),
    price_status="priced",
    base_price="1500",
    total_price="1500",
)
example(
    "Emergency, 5 nights of which 4 in critical care",
    "The adjusted length of stay makes a short stay.",
    stay(5, critical_care_days=4, **EMERGENCY),
    adjusted_length_of_stay="1",
    price_status="priced",
    base_price="1500",
    short_stay_adjustment="1500 * 40 / 100 - 1500",
    total_price="1500 * 40 / 100",
)
example(
    "Elective, 1 night, of an HRG with a short stay percentage",
    "The short stay rule is for emergencies.",
    stay(1),
    price_status="priced",
    base_price="1000",
    total_price="1000",
    mistake="the short-stay price given to an elective stay",
)
for method, words in (("31", "Maternity"), ("81", "Transfer")):
    example(
        f"{words}, 1 night",
        "Other non-elective admissions have no short stay price.",
        stay(1, admission_method=method),
        price_status="priced",
        base_price="1500",
        total_price="1500",
    )
example(
    "Emergency, 1 night, of an HRG without a short stay percentage",
    "A blank percentage means that there is no short stay price.",
    stay(1, hrg_code="E11", **EMERGENCY),
    price_status="priced",
    base_price="2500",
    total_price="2500",
)
example(
    "Emergency, 1 night, aged 18",
    "Below the edition's minimum age (19 unless it says otherwise) there is no short stay price.",
    stay(1, birth_date="1985-05-11", **EMERGENCY),
    age="18",
    price_status="priced",
    base_price="1500",
    total_price="1500",
)
example(
    "Emergency, 1 night, aged 19 that very day",
    "At the minimum age the short stay price holds. Age is whole years at admission.",
    stay(1, birth_date="1985-05-10", **EMERGENCY),
    age="19",
    price_status="priced",
    base_price="1500",
    short_stay_adjustment="1500 * 40 / 100 - 1500",
    total_price="1500 * 40 / 100",
)
example(
    "Emergency, 1 night, no birth date",
    "An unknown age counts as adult for the short stay.",
    stay(1, birth_date="", **EMERGENCY),
    age="",
    price_status="priced",
    base_price="1500",
    short_stay_adjustment="1500 * 40 / 100 - 1500",
    total_price="1500 * 40 / 100",
)
example(
    "Born on 29 February, admitted on 28 February of a common year",
    "The year of age is full on 1 March, not on the day before.",
    stay(1, birth_date="1984-02-29", admission_date="2005-02-28", **EMERGENCY),
    age="20",
    price_status="priced",
    base_price="1500",
    short_stay_adjustment="1500 * 40 / 100 - 1500",
    total_price="1500 * 40 / 100",
)
example(
    "Born on 29 February, admitted on 1 March of a common year",
    "The year of age is full on 1 March, not on the day before.",
    stay(1, birth_date="1984-02-29", admission_date="2005-03-01", **EMERGENCY),
    age="21",
    price_status="priced",
    base_price="1500",
    short_stay_adjustment="1500 * 40 / 100 - 1500",
    total_price="1500 * 40 / 100",
)
for birth_date, age, short in (("1989-05-11", "16", False), ("1989-05-10", "17", True)):
    example(
        f"An edition with a minimum age of 17, aged {age}",
        "The minimum age is the edition's.",
        stay(1, admission_date="2006-05-10", birth_date=birth_date, **EMERGENCY),
        age=age,
        tariff_edition="2006-07-reissued",
        price_status="priced",
        base_price="1600",
        short_stay_adjustment="1600 * 25 / 100 - 1600" if short else "0",
        total_price="1600 * 25 / 100" if short else "1600",
    )

section("Rounding")

example(
    "Half a penny goes up",
    "800.25 * 30 / 100 is 240.075, which rounds to 240.08.",
    stay(1, hrg_code="E12", **EMERGENCY),
    price_status="priced",
    base_price="800.25",
    short_stay_adjustment="240.08 - 800.25",
    total_price="240.08",
)
example(
    "Less than half a penny goes down",
    "1001.24 * 30 / 100 is 300.372, which rounds to 300.37.",
    stay(1, hrg_code="E14", **EMERGENCY),
    price_status="priced",
    base_price="1001.24",
    short_stay_adjustment="300.37 - 1001.24",
    total_price="300.37",
)
example(
    "A percentage of seven decimals",
    "100 * 40.0049999 / 100 is 40.0049999, which rounds to 40.00: nothing is rounded before.",
    stay(1, hrg_code="E24", **EMERGENCY),
    price_status="priced",
    base_price="100",
    short_stay_adjustment="40.00 - 100",
    total_price="40.00",
)
example(
    "Half a penny off goes away from zero",
    "100.10 * (0.95 - 1) is -5.005, which rounds to -5.01.",
    stay(3, hrg_code="E22", provider_code="RXE"),
    price_status="priced",
    base_price="100.10",
    market_forces_payment="-5.01",
    total_price="100.10 - 5.01",
)
example(
    "Less than half a penny off",
    "100.08 * (0.95 - 1) is -5.004, which rounds to -5.00.",
    stay(0, hrg_code="E22", provider_code="RXE", **DAY_CASE),
    price_status="priced",
    base_price="100.08",
    market_forces_payment="-5.00",
    total_price="100.08 - 5.00",
)
example(
    "Half a penny of a top-up goes up",
    "100.30 * 5 / 100 is 5.015, which rounds to 5.02.",
    stay(3, hrg_code="E22", provider_code="RXD", secondary_diagnoses="Z991", **EMERGENCY),
    price_status="priced",
    base_price="100.30",
    top_up_service="Half a penny",
    top_up_payment="5.02",
    total_price="100.30 + 5.02",
)

section("Top-ups")

example(
    "A specialised service top-up",
    "An eligible provider and a code that begins with the rule's value: the rate of the price.",
    stay(3, provider_code="RXD", primary_procedure="W371"),
    price_status="priced",
    base_price="1000",
    top_up_service="Orthopaedics",
    top_up_payment="1000 * 20 / 100",
    total_price="1000 + 1000 * 20 / 100",
)
example(
    "A code after a blank in a list of codes",
    "A blank after the semicolon does not hide a code.",
    stay(3, provider_code="RXD", secondary_procedures="A01; W371"),
    price_status="priced",
    base_price="1000",
    top_up_service="Orthopaedics",
    top_up_payment="1000 * 20 / 100",
    total_price="1000 + 1000 * 20 / 100",
)
example(
    "The same procedure at a provider that is not eligible",
    "A top-up is for the providers that are eligible for its service.",
    stay(3, provider_code="RXA", primary_procedure="W371"),
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "Two services of different rates",
    "The highest rate is paid, and that alone.",
    stay(3, provider_code="RXD", primary_procedure="W371", primary_diagnosis="M480"),
    price_status="priced",
    base_price="1000",
    top_up_service="Spine",
    top_up_payment="1000 * 30 / 100",
    total_price="1000 + 1000 * 30 / 100",
)
example(
    "Two services of equal rates",
    "Of equal rates the first in the file is paid.",
    stay(3, provider_code="RXD", primary_diagnosis="M511"),
    price_status="priced",
    base_price="1000",
    top_up_service="Spine, equal rate",
    top_up_payment="1000 * 30 / 100",
    total_price="1000 + 1000 * 30 / 100",
)
example(
    "A code in the last place of the second episode",
    "Any position of any included episode counts.",
    part(0, 1, 3, provider_code="RXD"),
    part(1, 3, 3, provider_code="RXD", secondary_procedures="H332;W378", episode_number=2),
    price_status="priced",
    base_price="1000",
    top_up_service="Orthopaedics",
    top_up_payment="1000 * 20 / 100",
    total_price="1000 + 1000 * 20 / 100",
)
example(
    "A code that an excluded episode bears",
    "The codes of excluded episodes do not count.",
    part(0, 1, 3, provider_code="RXD"),
    part(
        *(1, 3, 3),
        provider_code="RXD",
        primary_procedure="W371",
        administrative_category="02",
        episode_number=2,
    ),
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "A diagnosis rule does not look at procedures",
    "A rule looks at the field that it names.",
    stay(3, provider_code="RXD", primary_procedure="M480"),
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "Children's top-up at 17",
    "Age bounds are inclusive.",
    stay(3, provider_code="RXD", primary_diagnosis="Q210", birth_date="1986-05-11"),
    age="17",
    price_status="priced",
    base_price="1000",
    top_up_service="Children",
    top_up_payment="1000 * 30 / 100",
    total_price="1000 + 1000 * 30 / 100",
)
example(
    "Children's top-up at 18",
    "Age bounds are inclusive: 18 is past the maximum of 17.",
    stay(3, provider_code="RXD", primary_diagnosis="Q210", birth_date="1986-05-10"),
    age="18",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
for birth_date, age, paid in (("1924-05-11", "79", False), ("1924-05-10", "80", True)):
    example(
        f"A top-up from 80 years on, at {age}",
        "Age bounds are inclusive.",
        stay(3, provider_code="RXD", secondary_diagnoses="K40;R54X", birth_date=birth_date),
        age=age,
        price_status="priced",
        base_price="1000",
        top_up_service="Elderly" if paid else "",
        top_up_payment="1000 * 7.5 / 100" if paid else "0",
        total_price="1000 + 75" if paid else "1000",
    )
example(
    "A top-up with an age bound, no birth date",
    "An unknown age meets no age bound.",
    stay(3, provider_code="RXD", primary_diagnosis="Q210", birth_date=""),
    age="",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "A top-up without an age bound, no birth date",
    "A rule without bounds asks no age.",
    stay(3, provider_code="RXD", primary_diagnosis="M480", birth_date=""),
    price_status="priced",
    base_price="1000",
    top_up_service="Spine",
    top_up_payment="1000 * 30 / 100",
    total_price="1000 + 1000 * 30 / 100",
)
example(
    "A top-up of a short stay",
    "The rate is of the price after the short stay adjustment.",
    stay(1, provider_code="RXD", primary_diagnosis="M480", **EMERGENCY),
    price_status="priced",
    base_price="1500",
    short_stay_adjustment="600 - 1500",
    top_up_service="Spine",
    top_up_payment="600 * 30 / 100",
    total_price="600 + 180",
)
example(
    "A top-up of a long stay",
    "Excess days are not topped up.",
    stay(9, provider_code="RXD", primary_diagnosis="M480"),
    price_status="priced",
    base_price="1000",
    excess_days="9 - 5",
    excess_day_payment="4 * 250",
    top_up_service="Spine",
    top_up_payment="1000 * 30 / 100",
    total_price="1000 + 4 * 250 + 300",
)

section("Market forces")

example(
    "Market forces on all that came before",
    "Base, excess days and top-up together, times the index less 1.",
    stay(9, provider_code="RXB", primary_procedure="W371"),
    price_status="priced",
    base_price="1000",
    excess_days="4",
    excess_day_payment="4 * 250",
    top_up_service="Orthopaedics",
    top_up_payment="1000 * 20 / 100",
    market_forces_payment="(1000 + 4 * 250 + 200) * 0.05",
    total_price="(1000 + 4 * 250 + 200) * 1.05",
)
example(
    "Market forces of a short stay",
    "The short stay adjustment comes before the index.",
    stay(1, provider_code="RXB", **EMERGENCY),
    price_status="priced",
    base_price="1500",
    short_stay_adjustment="600 - 1500",
    market_forces_payment="600 * 0.05",
    total_price="600 * 1.05",
)
example(
    "An index of exactly 1",
    "Nothing is added.",
    stay(9),
    price_status="priced",
    base_price="1000",
    excess_days="4",
    excess_day_payment="4 * 250",
    market_forces_payment="0",
    total_price="1000 + 4 * 250",
)
example(
    "A provider without an index",
    "Its index is 1, and a warning is counted.",
    stay(3, provider_code="RXC"),
    price_status="priced",
    base_price="1000",
    market_forces_payment="0",
    total_price="1000",
)
example(
    "An edition whose market forces are paid centrally",
    "The index is not applied.",
    stay(3, provider_code="RXB", admission_date="2006-05-10"),
    price_status="priced",
    base_price="1050",
    market_forces_payment="0",
    total_price="1050",
)

section("The spell's HRG")

example(
    "A spell HRG is given",
    "The provider's spell HRG comes before the dominant episode's.",
    stay(3, hrg_code="E10", spell_hrg_code="E20"),
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)
example(
    "Two spell HRGs are given",
    "The last episode that has one decides; the third has none.",
    part(0, 1, 3, spell_hrg_code="E20"),
    part(1, 2, 3, spell_hrg_code="E21", episode_number=2),
    part(2, 3, 3, episode_number=3),
    hrg_code="E21",
    price_status="priced",
    base_price="1800",
    total_price="1800",
)
example(
    "An ungroupable spell HRG over a good episode HRG",
    "A spell HRG that begins with U counts as given.",
    stay(3, hrg_code="E10", spell_hrg_code="U01"),
    hrg_code="U01",
    price_status="ungrouped",
    total_price="0",
)
example(
    "A spell HRG given by an excluded episode alone",
    "Only the included episodes make the HRG.",
    part(0, 1, 3, hrg_code="E10"),
    part(1, 3, 3, spell_hrg_code="E20", administrative_category="02", episode_number=2),
    hrg_code="E10",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "Dominance: the procedure of the best rank",
    "Rank 1 is the most dominant; the longer episode is the other.",
    part(0, 1, 6, hrg_code="E20", primary_procedure="W371"),
    part(1, 6, 6, hrg_code="E21", primary_procedure="S065", episode_number=2),
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)
example(
    "Dominance: a secondary procedure counts",
    "The best rank of any of its procedures.",
    part(0, 4, 6, hrg_code="E21", primary_procedure="H332"),
    part(
        *(4, 6, 6),
        hrg_code="E20",
        primary_procedure="S065",
        secondary_procedures="A011;W371",
        episode_number=2,
    ),
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)
example(
    "Dominance: a listed procedure before a longer episode without one",
    "An episode without a listed procedure ranks last.",
    part(0, 1, 6, hrg_code="E20", primary_procedure="S065"),
    part(1, 6, 6, hrg_code="E21", primary_procedure="Z999", episode_number=2),
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)
example(
    "Dominance: equal ranks, the longest",
    "Of equal ranks the longest episode, from start to end.",
    part(0, 2, 6, hrg_code="E21", primary_procedure="H332"),
    part(2, 6, 6, hrg_code="E20", primary_procedure="J183", episode_number=2),
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)
example(
    "Dominance: no procedures, equal lengths, the earliest",
    "Of equal lengths the earliest start, though its number is the higher.",
    part(0, 3, 6, hrg_code="E20", episode_number=2),
    part(3, 6, 6, hrg_code="E21", episode_number=1),
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)
example(
    "Dominance: equal in all but number",
    "Of equal starts the lowest episode number, as a number: 9 before 10.",
    part(0, 3, 3, hrg_code="E21", episode_number=10),
    part(0, 3, 3, hrg_code="E20", episode_number=9),
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)
example(
    "Dominance: an ungroupable episode of the best rank",
    "Ungroupable episodes and those without an HRG stand back while there is another.",
    part(0, 3, 6, hrg_code="U01", primary_procedure="W371"),
    part(3, 5, 6, hrg_code="", primary_procedure="W371", episode_number=2),
    part(5, 6, 6, hrg_code="E20", episode_number=3),
    hrg_code="E20",
    price_status="priced",
    base_price="3000",
    total_price="3000",
)

section("Excluded")

example(
    "A private patient",
    "Every episode meets an exclusion rule: 0, with the rule's reason.",
    stay(9, administrative_category="02"),
    hrg_code="E10",
    price_status="excluded",
    exclusion_reason="private patient",
    tariff_edition="2004-05",
    total_price="0",
)
example(
    "Activity marked as outside the tariff",
    "A commissioning serial number whose last character is = .",
    stay(3, commissioning_serial_number="AB1="),
    price_status="excluded",
    exclusion_reason="marked outside",
    total_price="0",
)
example(
    "A commissioning serial number with the mark elsewhere",
    "Only the last character marks.",
    stay(3, commissioning_serial_number="A=B1"),
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "A specialty excluded by prefix",
    "A prefix matches the beginning of the field.",
    stay(3, main_specialty="150"),
    price_status="excluded",
    exclusion_reason="specialised neuroscience",
    total_price="0",
)
example(
    "An episode HRG excluded, a spell HRG given",
    "A rule on hrg_code asks the episode's own, not the spell's.",
    stay(3, hrg_code="X90", spell_hrg_code="E15"),
    hrg_code="E15",
    price_status="local",
    base_price="1",
    total_price="1",
)
example(
    "A spell HRG that a rule names, an episode HRG that none names",
    "A rule on hrg_code asks the episode's own, not the spell's.",
    stay(3, hrg_code="E10", spell_hrg_code="X91"),
    hrg_code="X91",
    price_status="no_tariff",
    total_price="0",
)
example(
    "Excluded by POD",
    "A rule may ask the spell's POD.",
    stay(0, admission_date="2006-05-10", **DAY_CASE),
    price_status="excluded",
    exclusion_reason="day cases are bought by block contract",
    total_price="0",
)
example(
    "Wholly excluded by two rules",
    "The reason is that of the rule that stands first in the file, whoever meets it.",
    part(0, 3, 6, hrg_code="E11", main_specialty="150"),
    part(3, 6, 6, hrg_code="E11", administrative_category="02", episode_number=2),
    price_status="excluded",
    exclusion_reason="private patient",
    hrg_code="E11",
    total_price="0",
)
example(
    "Partly excluded: the included episodes make HRG and price",
    "The first episode is specialised; the second is priced, with the stay of the whole spell.",
    part(0, 5, 8, hrg_code="E20", primary_procedure="W371", main_specialty="150"),
    part(5, 8, 8, hrg_code="E21", episode_number=2),
    episodes="2",
    hrg_code="E21",
    length_of_stay="8",
    price_status="priced",
    base_price="1800",
    excess_days="8 - 6",
    excess_day_payment="2 * 150",
    total_price="1800 + 2 * 150",
)
example(
    "Partly excluded: what is included has no HRG",
    "The included episodes make the HRG, even if that is none.",
    part(0, 2, 3, hrg_code="E20", administrative_category="02"),
    part(2, 3, 3, hrg_code="", episode_number=2),
    hrg_code="",
    price_status="ungrouped",
    total_price="0",
)
example(
    "Wholly excluded, with a local price",
    "A local price comes before the exclusion; the other components are 0.",
    stay(30, hrg_code="X99", provider_code="RXB", **EMERGENCY),
    price_status="local",
    exclusion_reason="",
    base_price="9000",
    total_price="9000",
)
example(
    "Wholly excluded and ungroupable",
    "Exclusion is asked before grouping.",
    stay(3, hrg_code="U80"),
    price_status="excluded",
    exclusion_reason="ungroupable and specialised",
    hrg_code="U80",
    total_price="0",
)

section("Ungrouped, local, without a tariff")

example(
    "No HRG",
    "A spell without an HRG is ungrouped: 0, and listed.",
    stay(3, hrg_code=""),
    hrg_code="",
    price_status="ungrouped",
    tariff_edition="2004-05",
    total_price="0",
)
example(
    "An ungroupable HRG, though it has a local price",
    "An HRG that begins with U is ungrouped before any price is looked up.",
    stay(3, hrg_code="U01"),
    hrg_code="U01",
    price_status="ungrouped",
    total_price="0",
)
example(
    "An HRG priced by the tariff that also has a local price",
    "The tariff's price comes first.",
    stay(3, hrg_code="E15"),
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "Local price: for provider and POD",
    "The most specific row wins.",
    stay(3, hrg_code="L01", provider_code="RXA"),
    price_status="local",
    base_price="444",
    total_price="444",
)
example(
    "Local price: for the provider",
    "A provider's row comes before a POD's.",
    stay(3, hrg_code="L01", provider_code="RXA", **EMERGENCY),
    price_status="local",
    base_price="333",
    total_price="333",
)
example(
    "Local price: for the POD",
    "A POD's row comes before the general one.",
    stay(3, hrg_code="L01", provider_code="RXB"),
    price_status="local",
    base_price="222",
    market_forces_payment="0",
    total_price="222",
)
example(
    "Local price: for anyone",
    "Blank provider and POD are any.",
    stay(3, hrg_code="L01", provider_code="RXB", **EMERGENCY),
    price_status="local",
    base_price="111",
    total_price="111",
)
example(
    "Local price per day",
    "The price times the length of stay.",
    stay(12, hrg_code="L02"),
    price_status="local",
    base_price="12 * 75.50",
    total_price="12 * 75.50",
)
example(
    "Local price per day, no night stayed",
    "At least one day is paid.",
    stay(0, hrg_code="L02"),
    price_status="local",
    base_price="1 * 75.50",
    total_price="1 * 75.50",
)
example(
    "Local price per day, with days of critical care",
    "The length of stay as it is, not the adjusted one.",
    stay(12, hrg_code="L02", critical_care_days=5),
    adjusted_length_of_stay="7",
    price_status="local",
    base_price="12 * 75.50",
    total_price="12 * 75.50",
)
example(
    "Local price where the tariff has none for the POD",
    "The tariff prices this HRG as a day case only; a local row prices it as elective.",
    stay(3, hrg_code="E13"),
    price_status="local",
    base_price="650",
    total_price="650",
    mistake="day case and elective prices added where a combined one is missing",
)
example(
    "An HRG without a price for the POD",
    "The day case price is not used for another POD.",
    stay(3, hrg_code="E13", **EMERGENCY),
    hrg_code="E13",
    price_status="no_tariff",
    tariff_edition="2004-05",
    total_price="0",
)
example(
    "An HRG that the tariff does not know",
    "An HRG that nothing prices: 0, and listed.",
    stay(3, hrg_code="E99"),
    price_status="no_tariff",
    tariff_edition="2004-05",
    total_price="0",
)
example(
    "A price of nothing is a price",
    "0 in the tariff is a price; blank is none.",
    stay(3, hrg_code="E23"),
    price_status="priced",
    base_price="0",
    total_price="0",
)

section("Which edition")

example(
    "A superseded edition",
    "Of two editions of a year the one with the greater number holds.",
    stay(6, admission_date="2006-05-10"),
    tariff_edition="2006-07-reissued",
    price_status="priced",
    base_price="1050",
    excess_days="1",
    excess_day_payment="1 * 280",
    total_price="1050 + 1 * 280",
)
example(
    "Discharged on the last day of March",
    "The month of discharge decides the financial year; 31 March is the old year's.",
    stay(3, admission_date="2005-03-28"),
    activity_month="2005-03",
    tariff_edition="2004-05",
    price_status="priced",
    base_price="1000",
    total_price="1000",
)
example(
    "Admitted in March, discharged on 1 April",
    "It belongs to the new year, for which this site has no edition.",
    stay(4, admission_date="2005-03-28"),
    activity_month="2005-04",
    tariff_edition="",
    price_status="no_tariff",
    total_price="0",
)
example(
    "A regular attender of a year without an edition",
    "Regular attenders are excluded without any edition's saying so.",
    stay(0, admission_date="2005-05-10", patient_classification="3"),
    tariff_edition="",
    price_status="excluded",
    exclusion_reason="regular attender",
    total_price="0",
)
example(
    "An ungroupable spell of a year without an edition",
    "Grouping is asked before the tariff.",
    stay(0, admission_date="2005-05-10", hrg_code="U01"),
    tariff_edition="",
    price_status="ungrouped",
    total_price="0",
)

EXAMPLES = [case for cases in SECTIONS.values() for case in cases]
