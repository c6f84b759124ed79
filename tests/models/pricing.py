"""Spells and their prices in plain Python, from the pricing rules alone.

A second implementation, to be checked by eye against the rules and to check the pipeline's SQL
against. It goes spell by spell, where the SQL takes all rows at once: nothing is shared.

Episodes and the rows of a tariff edition come as the files carry them, text by column name; an
episode is a live record that passed every check. Money is Decimal in pounds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.models.money import ZERO, as_text, pounds, to_penny
from tests.models.months import financial_year, month_of

Row = Mapping[str, str]

HOSPITAL_CARE = {"120", "130", "140"}
ELECTIVE_METHODS = {"11", "12", "13"}
EMERGENCY_METHODS = {"21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D"}
MATERNITY_METHODS = {"31", "32"}
REGULAR_ATTENDER = "regular attender"
UNBOUNDED = 10**9


@dataclass(frozen=True)
class Edition:
    """One tariff edition: its folder's name, the settings of edition.toml, the rows of its files.

    `tables` is keyed by file name without `.csv`; a file that is not there is one without rows.
    """

    folder: str
    settings: Mapping[str, str | int]
    tables: Mapping[str, Sequence[Row]]

    def rows(self, table: str) -> Sequence[Row]:
        """Returns the rows of one of the edition's files, in their order."""
        return self.tables.get(table, ())


@dataclass(frozen=True)
class Components:
    """What a price is made of; what does not apply is 0."""

    base_price: Decimal = ZERO
    short_stay_adjustment: Decimal = ZERO
    excess_days: int = 0
    excess_day_payment: Decimal = ZERO
    top_up_service: str = ""
    top_up_payment: Decimal = ZERO
    market_forces_payment: Decimal = ZERO

    @property
    def total_price(self) -> Decimal:
        """The sum of the five payments, exactly."""
        return (
            self.base_price
            + self.short_stay_adjustment
            + self.excess_day_payment
            + self.top_up_payment
            + self.market_forces_payment
        )


NOTHING = Components()


@dataclass(frozen=True)
class PricedSpell:
    """A discharged spell with its price, in the columns of the export of charges."""

    spell_id: str
    provider_code: str
    provider_spell_number: str
    nhs_number: str
    episodes: int
    admission_date: str
    discharge_date: str
    activity_month: str
    pod: str
    admission_type: str
    hrg_code: str
    length_of_stay: int
    adjusted_length_of_stay: int
    age: int | None
    price_status: str
    exclusion_reason: str
    tariff_edition: str
    components: Components

    @property
    def total_price(self) -> Decimal:
        """What the spell costs, in pounds."""
        return self.components.total_price

    def as_text(self) -> Row:
        """Returns the pricing columns as the export of charges writes them."""
        values = {**vars(self), **vars(self.components), "total_price": self.total_price}
        del values["components"]
        return {
            name: as_text(value) if isinstance(value, Decimal) else text_or_blank(value)
            for name, value in values.items()
        }


def text_or_blank(value: str | int | None) -> str:
    """Writes a value that is no amount; none is blank."""
    return "" if value is None else str(value)


def price_all(episodes: Iterable[Row], editions: Sequence[Edition]) -> dict[str, PricedSpell]:
    """Returns every discharged spell, priced, by spell_id; open spells are left out."""
    spells = {spell_id: price(rows, editions) for spell_id, rows in spells_of(episodes).items()}
    return {spell_id: spell for spell_id, spell in spells.items() if spell is not None}


def spells_of(episodes: Iterable[Row]) -> dict[str, list[Row]]:
    """Joins episodes of hospital care into spells: one provider, one spell number.

    Their order is that of start date, episode number and identifier.
    """
    spells = defaultdict(list)
    for episode in episodes:
        if episode["cds_record_type"] in HOSPITAL_CARE:
            spell_id = f"{episode['provider_code']}-{episode['provider_spell_number']}"
            spells[spell_id].append(episode)
    return {
        spell_id: sorted(
            rows,
            key=lambda row: (
                row["episode_start_date"],
                int(row["episode_number"]),
                row["cds_unique_identifier"],
            ),
        )
        for spell_id, rows in spells.items()
    }


def price(episodes: Sequence[Row], editions: Sequence[Edition]) -> PricedSpell | None:
    """Prices one spell from its episodes in order; an open spell has no price.

    The statuses are asked in their order, the first that holds decides.
    """
    first = episodes[0]
    discharged = max(episode["discharge_date"] for episode in episodes)
    if not discharged:
        return None
    month = month_of(discharged)
    edition = edition_in_force(editions, financial_year(month))
    pod, admission_type = point_of_delivery(first)
    stay = days_between(first["admission_date"], discharged)
    adjusted = max(0, stay - sum(days_apart(episode) for episode in episodes))
    age = age_at(first["birth_date"], first["admission_date"])
    included = [row for row in episodes if not rules_met(row, pod, edition)]
    hrg = spell_hrg(included or episodes, edition)
    local = local_price(edition, first["provider_code"], hrg, pod)
    tariff = tariff_row(edition, hrg)
    base = pounds(tariff.get(f"{pod}_price", ""))

    def spell(status: str, components: Components = NOTHING, *, reason: str = "") -> PricedSpell:
        return PricedSpell(
            spell_id=f"{first['provider_code']}-{first['provider_spell_number']}",
            provider_code=first["provider_code"],
            provider_spell_number=first["provider_spell_number"],
            nhs_number=first["nhs_number"],
            episodes=len(episodes),
            admission_date=first["admission_date"],
            discharge_date=discharged,
            activity_month=month,
            pod=pod,
            admission_type=admission_type,
            hrg_code=hrg,
            length_of_stay=stay,
            adjusted_length_of_stay=adjusted,
            age=age,
            price_status=status,
            exclusion_reason=reason,
            tariff_edition=edition.folder if edition else "",
            components=components,
        )

    def locally(row: Row) -> PricedSpell:
        units = max(1, stay) if row["per"] == "day" else 1
        return spell("local", Components(to_penny(Decimal(row["price"]) * units)))

    if pod == "regular":
        return spell("excluded", reason=REGULAR_ATTENDER)
    if not included and local is None:
        met = [rule for row in episodes for rule in rules_met(row, pod, edition)]
        return spell("excluded", reason=min(met)[1])
    if not included and local is not None:
        return locally(local)
    if not hrg or hrg.startswith("U"):
        return spell("ungrouped")
    if edition is not None and base is not None:
        components = components_of(
            base, tariff, edition, included, pod, admission_type, adjusted, age
        )
        return spell("priced", components)
    if local is not None:
        return locally(local)
    return spell("no_tariff")


def components_of(
    base: Decimal,
    tariff: Row,
    edition: Edition,
    included: Sequence[Row],
    pod: str,
    admission_type: str,
    adjusted: int,
    age: int | None,
) -> Components:
    """Returns the five components of a tariff price, step by step; each rounds once, or never.

    Of the spell: its included episodes, its POD and admission type, its adjusted length of stay
    in days, and its patient's age.
    """
    percent = pounds(tariff["short_stay_percent"])
    old_enough = age is None or age >= int(edition.settings.get("short_stay_minimum_age", 19))
    short = admission_type == "emergency" and adjusted < 2 and old_enough and percent is not None
    short_stay = to_penny(base * (percent or 0) / 100) - base if short else ZERO

    trim = "" if pod == "daycase" else tariff[f"{pod}_trim_point"]
    excess_days = max(0, adjusted - int(trim)) if trim else 0
    excess = excess_days * (pounds(tariff["excess_day_price"]) or ZERO)

    top_up = best_top_up(edition, included, age)
    rate = Decimal(top_up["rate_percent"]) if top_up else ZERO
    top_up_payment = to_penny(rate / 100 * (base + short_stay))

    so_far = base + short_stay + excess + top_up_payment
    index = market_forces_index(edition, included[0]["provider_code"])
    return Components(
        base_price=base,
        short_stay_adjustment=short_stay,
        excess_days=excess_days,
        excess_day_payment=excess,
        top_up_service=top_up["service"] if top_up else "",
        top_up_payment=top_up_payment,
        market_forces_payment=to_penny(so_far * (index - 1)),
    )


def edition_in_force(editions: Iterable[Edition], year: str) -> Edition | None:
    """Returns the edition of a financial year with the greatest edition number, if there is one."""
    of_year = [edition for edition in editions if edition.settings["financial_year"] == year]
    return max(of_year, key=lambda edition: int(edition.settings["edition"]), default=None)


def point_of_delivery(first: Row) -> tuple[str, str]:
    """Returns POD and admission type, from the first episode's admission method and class."""
    method = first["admission_method"]
    if method in ELECTIVE_METHODS:
        by_class = {"2": "daycase", "3": "regular", "4": "regular"}
        return by_class.get(first["patient_classification"], "elective"), "elective"
    if method in EMERGENCY_METHODS:
        return "non_elective", "emergency"
    return "non_elective", "maternity" if method in MATERNITY_METHODS else "other"


def days_between(start: str, end: str) -> int:
    """Returns the days (nights) from one date to another."""
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def days_apart(episode: Row) -> int:
    """Returns an episode's days of critical care, rehabilitation and palliative care."""
    kinds = ("critical_care_days", "rehabilitation_days", "palliative_care_days")
    return sum(int(episode[kind] or 0) for kind in kinds)


def age_at(birth_date: str, day: str) -> int | None:
    """Returns whole years of age on a day; who was born on 29 February is older on 1 March."""
    if not birth_date:
        return None
    return int(day[:4]) - int(birth_date[:4]) - (day[5:] < birth_date[5:])


def codes(episode: Row, kind: str) -> list[str]:
    """Returns an episode's diagnoses or procedures, the primary one first."""
    secondary = {"diagnosis": "secondary_diagnoses", "procedure": "secondary_procedures"}[kind]
    every = [episode[f"primary_{kind}"], *episode[secondary].split(";")]
    return [code.strip() for code in every if code.strip()]


def rules_met(episode: Row, pod: str, edition: Edition | None) -> list[tuple[int, str]]:
    """Returns place in the file and reason of each exclusion rule that an episode meets."""
    met = []
    for place, rule in enumerate(edition.rows("exclusions") if edition else ()):
        value = pod if rule["field"] == "pod" else episode[rule["field"]]
        if {
            "equals": value == rule["value"],
            "prefix": value.startswith(rule["value"]),
            "suffix": value.endswith(rule["value"]),
        }[rule["match"]]:
            met.append((place, rule["reason"]))
    return met


def spell_hrg(episodes: Sequence[Row], edition: Edition | None) -> str:
    """Returns the HRG of these episodes of a spell, blank if there is none.

    The spell HRG of the last that has one, `U...` included; else that of the dominant episode.
    """
    given = [episode["spell_hrg_code"] for episode in episodes if episode["spell_hrg_code"]]
    if given:
        return given[-1]
    grouped = [row for row in episodes if row["hrg_code"] and not row["hrg_code"].startswith("U")]
    ranks = {
        row["procedure_code"]: int(row["rank"])
        for row in (edition.rows("procedure_rank") if edition else ())
    }

    def dominance(episode: Row) -> tuple[int, int, str, int, str]:
        procedures = codes(episode, "procedure")
        return (
            min((ranks.get(code, UNBOUNDED) for code in procedures), default=UNBOUNDED),
            -days_between(episode["episode_start_date"], episode["episode_end_date"]),
            episode["episode_start_date"],
            int(episode["episode_number"]),
            episode["cds_unique_identifier"],
        )

    return min(grouped or episodes, key=dominance)["hrg_code"]


def tariff_row(edition: Edition | None, hrg: str) -> Row:
    """Returns the tariff's row of an HRG, or one without a price."""
    rows = edition.rows("tariff") if edition else ()
    return next((row for row in rows if row["hrg_code"] == hrg), {})


def local_price(edition: Edition | None, provider: str, hrg: str, pod: str) -> Row | None:
    """Returns the most specific local price: provider and POD, provider, POD, neither."""
    matching = [
        row
        for row in (edition.rows("local_prices") if edition else ())
        if row["hrg_code"] == hrg
        and row["provider_code"] in {provider, ""}
        and row["pod"] in {pod, ""}
    ]
    return max(matching, key=lambda row: (row["provider_code"], row["pod"] != ""), default=None)


def best_top_up(edition: Edition, included: Sequence[Row], age: int | None) -> Row | None:
    """Returns the top-up of the highest rate that a spell qualifies for; of equals the first.

    The provider must be eligible for its service, one of the included episodes must bear a code
    that begins with its value, and the age must lie within its bounds. No age meets no bound.
    """
    eligible = {(row["service"], row["provider_code"]) for row in edition.rows("top_up_providers")}

    def qualifies(rule: Row) -> bool:
        low, high = rule["minimum_age"], rule["maximum_age"]
        of_age = (
            (not low and not high)
            if age is None
            else (int(low or 0) <= age <= int(high or UNBOUNDED))
        )
        coded = any(
            code.startswith(rule["value"])
            for episode in included
            for code in codes(episode, rule["field"])
        )
        return of_age and coded and (rule["service"], included[0]["provider_code"]) in eligible

    qualified = [rule for rule in edition.rows("top_ups") if qualifies(rule)]
    return max(qualified, key=lambda rule: Decimal(rule["rate_percent"]), default=None)


def market_forces_index(edition: Edition, provider: str) -> Decimal:
    """Returns a provider's market forces index; 1 where it has none or where it is paid apart."""
    if edition.settings["market_forces"] == "paid_centrally":
        return Decimal(1)
    rows = edition.rows("market_forces")
    return next(
        (Decimal(row["index"]) for row in rows if row["provider_code"] == provider), Decimal(1)
    )
