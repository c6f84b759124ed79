"""The package: the immutable content of a month's statements, as models of its JSON files.

The stage `statements` writes these files, and everything after it (documents, delivery) reads
nothing else:

- ``<practice>/statement.json``  `Statement`, everything that a practice's statement shows;
- ``control.json``  `Control`, everything that the commissioner's summary and the control report
  show;
- ``manifest.json``  `Manifest`, the SHA-256 of every file, and what the package was made from;
- ``run.json``  `Run`, timings and gate results, which are outside all hashes;
- ``documents.json``  `Documents`, the SHA-256 of every file rendered from the package.

Money is `decimal.Decimal` in Python and text with two decimals in JSON. It is never a float, and a
value with a fraction of a penny is refused rather than rounded. Months and periods are ``YYYY-MM``,
dates ISO 8601, financial years ``2004/05``. The bytes of a file are fixed by its content: fields in
the order of the models, UTF-8, a newline at the end. Signs: plus is overspent, plus is a charge.

Nothing is worked out from these figures later but their layout: totals, differences and
percentages all stand here.
"""

import hashlib
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from transforms.atomic_file import write_atomically

STATEMENT_FILE = "statement.json"
CHARGES_FILE = "charges.parquet"
CONTROL_FILE = "control.json"
MANIFEST_FILE = "manifest.json"
RUN_FILE = "run.json"
DOCUMENTS_FILE = "documents.json"

_PENNY = Decimal("0.01")
_NOUGHT = Decimal("0.00")


def _two_decimals(value: object) -> Decimal:
    """A number that has at most two decimals, as a Decimal with exactly two; never from a float."""
    if isinstance(value, Decimal) and value.same_quantum(_PENNY):
        return value or _NOUGHT  # no minus before a nought
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"give it as text or Decimal, not as {type(value).__name__}")
    try:
        number = Decimal(value)
        exact = number.quantize(_PENNY, rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if exact != number:
        raise ValueError("more than two decimals; round it where the rules say, not here")
    return exact or _NOUGHT


Money = Annotated[Decimal, BeforeValidator(_two_decimals)]
"""Pounds, to the penny."""

Percent = Annotated[Decimal, BeforeValidator(_two_decimals)]
"""Per cent, to two decimals: 1.90 is 1.9 per cent."""

Rate = Annotated[Decimal, BeforeValidator(_two_decimals)]
"""A number per 1,000 weighted patients, or a weighted list size, to two decimals."""

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
FinancialYear = Annotated[str, Field(pattern=r"^\d{4}/\d{2}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, strict=True)]
Whole = Annotated[int, Field(strict=True)]

AdjustmentReason = Literal["late", "amended", "repriced", "moved", "restored", "withdrawn"]
AttributionBasis = Literal["registration", "submitted_practice", "submitted_gp", "resident", "none"]
MonthState = Literal["open", "flex", "frozen", "to_come"]
NotChargedStatus = Literal["excluded", "ungrouped", "no_tariff", "open"]
PriceStatus = Literal["excluded", "local", "ungrouped", "priced", "no_tariff"]
Treatment = Literal["held", "blocked_back", "excluded"]


class Record(BaseModel):
    """A part of the package: it cannot change, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- What statement and control report share -----------------------------------------------------


class TariffEdition(Record):
    """A tariff edition that priced at least one of the charges shown."""

    name: str = Field(description="the edition's folder name, as in column tariff_edition")
    financial_year: FinancialYear = Field(description="the year whose activity it prices")
    edition: int = Field(description="the greatest of a year is in force")
    currency: str = Field(description="the classification it prices, e.g. HRG3.5")
    published: str = Field(description="when it was published, as edition.toml gives it")
    source: str = Field(description="where it comes from, in the edition's own words")
    market_forces: Literal["in_price", "paid_centrally"] = Field(
        description="whether the market forces factor is part of the price"
    )


class Rules(Record):
    """The site's rules that the close worked by."""

    attribution_date: Literal["admission", "discharge"] = Field(
        description="the date on which registration and membership are asked"
    )
    freeze_after_months: int | None = Field(
        default=None, description="a month is frozen this many months after it; null: never"
    )
    ledger_opens: Month | None = Field(
        default=None, description="first activity month that is posted; null: no bound"
    )
    suppress_below: Count = Field(
        description="smaller counts of other practices are not shown in comparisons"
    )


class Position(Record):
    """A practice's position for a point of delivery or in total, as in export `position`."""

    pod: str = Field(description="elective, daycase, non_elective ... or total")
    pod_name: str = Field(description="the point of delivery in words, e.g. Day case")
    treatment: Treatment | None = Field(
        default=None, description="how the POD counts in this practice's budget; null on the total"
    )
    month_spells: Whole = Field(description="spells standing for this activity month")
    month_actual: Money = Field(description="their cost")
    month_budget: Money | None = Field(
        description="this month's budget; null only for RESIDENT, which has none"
    )
    month_variance: Money | None = Field(
        description="month_actual - month_budget; null for RESIDENT"
    )
    adjustments: Money = Field(
        description="posted this period to earlier months of the same financial year"
    )
    ytd_spells: Whole = Field(description="spells standing, April to this month")
    ytd_actual: Money = Field(description="their cost")
    ytd_budget: Money | None = Field(description="cumulative budget; null for RESIDENT")
    variance: Money | None = Field(description="ytd_actual - ytd_budget; null for RESIDENT")
    variance_percent: Percent | None = Field(
        default=None, description="of ytd_budget; null where that is 0"
    )
    annual_budget: Money | None = Field(description="the year's budget; null for RESIDENT")
    forecast: Money | None = Field(default=None, description="expected outturn of the year")
    forecast_low: Money | None = Field(
        default=None, description="lower end of its 80 per cent interval"
    )
    forecast_high: Money | None = Field(
        default=None, description="upper end of its 80 per cent interval"
    )
    prior_year_adjustments: Money = Field(
        description="posted this period to earlier financial years; in no other column"
    )


# --- statement.json ------------------------------------------------------------------------------


class Identity(Record):
    """Whose statement it is, for when, and whom to ask."""

    number: str = Field(description="statement number, e.g. 5XA/2004-09/Y90003/r1")
    commissioner_code: str = Field(description="ODS code of the commissioner")
    commissioner_name: str = Field(description="its name")
    practice_code: str = Field(description="ODS code of the practice")
    practice_name: str = Field(description="its name, as in the reference data of the close")
    practice_address: str | None = Field(default=None, description="its address, on one line")
    practice_postcode: str | None = Field(default=None, description="its postcode")
    list_size: Count | None = Field(default=None, description="registered patients")
    weighted_list_size: Rate | None = Field(default=None, description="weighted patients")
    close_date: date | None = Field(default=None, description="last day the practice was open")
    participation: Literal["budget_holder", "information"] = Field(
        description="budget_holder: signed up; information: gets statements, not savings"
    )
    period: Month = Field(description="the month closed")
    financial_year: FinancialYear = Field(description="the financial year it falls in")
    first_month: Month = Field(description="April of that year")
    month_number: int = Field(ge=1, le=12, description="1 for April ... 12 for March")
    revision: int = Field(ge=1, description="1, or more after `pbc close --revise`")
    standing: Literal["provisional", "final"] = Field(
        description="final when every month to date is frozen, provisional otherwise"
    )
    contact: str | None = Field(default=None, description="who answers questions; from site.toml")
    query_deadline: date | None = Field(
        default=None, description="last day on which queries of this statement are taken"
    )
    data_to: date | None = Field(
        default=None, description="date of the latest extract among the interchanges used"
    )
    synthetic: bool = Field(description="true if the data is invented; the statement says so")


class Chance(Record):
    """How much of a difference to date could be chance."""

    percent: Percent | None = Field(
        description="differences up to this per cent of budget to date, either way, happen by "
        "chance alone; without a budget, of what was spent; null where that is 0"
    )
    amount: Money = Field(description="the same in pounds")
    years_in_ten: int = Field(ge=1, le=9, description="in this many years out of ten; 8")
    late: Money = Field(
        default=Decimal("0.00"),
        description="charges for the months to date that a practice on its budget still expects",
    )
    season: Money = Field(
        default=Decimal("0.00"),
        description="what the season gives such a practice beyond its budget to date",
    )
    within: bool | None = Field(
        description="whether this practice's difference to date, with what is late and less the "
        "season, is within it; null without a budget"
    )


class Headline(Record):
    """The answer at the top: PODs held or blocked back, together."""

    budget_set: bool = Field(description="false if the practice has no budget this year")
    budget_to_date: Money = Field(description="cumulative budget, April to this month")
    spent_to_date: Money = Field(description="cost of all charges standing, April to this month")
    difference: Money = Field(description="spent - budget")
    difference_percent: Percent | None = Field(
        default=None, description="of budget to date; null where that is 0"
    )
    annual_budget: Money = Field(description="the year's budget")
    forecast: Money | None = Field(
        default=None, description="expected outturn; null: no forecast, and no word of one"
    )
    forecast_low: Money | None = Field(
        default=None, description="lower end of its 80 per cent interval"
    )
    forecast_high: Money | None = Field(
        default=None, description="upper end of its 80 per cent interval"
    )
    forecast_difference: Money | None = Field(default=None, description="forecast - annual_budget")
    chance: Chance | None = Field(default=None, description="null: nothing to judge it by")


class MonthPoint(Record):
    """One month of the financial year, as it now stands, for PODs held or blocked back."""

    month: Month = Field(description="activity month")
    state: MonthState = Field(
        description="open: no freeze is set; flex: may change; frozen: may not; to_come: after "
        "the period"
    )
    freezes_in: Month | None = Field(
        default=None, description="the period in which it is first frozen; null without freeze"
    )
    budget: Money = Field(description="the month's budget")
    cumulative_budget: Money = Field(description="April to this month; of all twelve months")
    spells: Whole | None = Field(default=None, description="spells standing; null if to come")
    actual: Money | None = Field(default=None, description="cost standing; null if to come")
    cumulative_actual: Money | None = Field(
        default=None, description="April to this month; null if to come"
    )
    cumulative_difference: Money | None = Field(
        default=None, description="cumulative_actual - cumulative_budget; null if to come"
    )
    chance_low: Money | None = Field(
        default=None, description="lower edge of what chance explains, as a difference from budget"
    )
    chance_high: Money | None = Field(default=None, description="its upper edge")
    forecast_low: Money | None = Field(
        default=None, description="cumulative difference expected, 10 in 100 are below"
    )
    forecast_mid: Money | None = Field(
        default=None, description="cumulative difference expected; months to come only"
    )
    forecast_high: Money | None = Field(
        default=None, description="cumulative difference expected, 10 in 100 are above"
    )


class Adjustment(Record):
    """A line of what this period posted to earlier months of the financial year."""

    reason: AdjustmentReason = Field(description="the postings' reason")
    direction: Literal["in", "out"] | None = Field(
        default=None, description="of moved ones: to this practice, or from it; null otherwise"
    )
    by_succession: bool = Field(
        default=False, description="moved because a practice merged: a line of its own"
    )
    practice_code: str | None = Field(
        default=None, description="the practice merged from (in) or into (out); by succession only"
    )
    practice_name: str | None = Field(default=None, description="its name")
    spells: Count = Field(description="different spells")
    charges: Count = Field(description="postings of kind charge")
    credits: Count = Field(description="postings of kind credit")
    amount: Money = Field(description="their sum")


class LargestAdjustment(Record):
    """One of the five largest adjustments, by the size of what a charge reference posted."""

    charge_reference: str = Field(description="finds the row in the detail file; no patient data")
    kind: Literal["charge", "credit"] = Field(description="the posting's kind")
    reason: AdjustmentReason = Field(description="the posting's reason")
    activity_month: Month = Field(description="the earlier month that it belongs to")
    pod: str = Field(description="its point of delivery")
    pod_name: str = Field(description="the same in words")
    amount: Money = Field(description="signed")


class Changes(Record):
    """From last month's statement to this one: opening + new + adjustments = closing.

    Of PODs held or blocked back and of this financial year; `excluded_amount` and
    `prior_year_amount` are posted beside them, and the four together are the detail file's total.
    """

    previous_period: Month | None = Field(
        default=None, description="the month before; null in April"
    )
    previous_number: str | None = Field(
        default=None, description="number of the statement it was told on; null if there is none"
    )
    opening: Money = Field(description="spent to date on last month's statement; 0.00 in April")
    new_spells: Count = Field(description="spells standing for this activity month")
    new_amount: Money = Field(description="their cost: this month's activity")
    adjustments: tuple[Adjustment, ...] = Field(
        description="late, amended, repriced, moved, restored, withdrawn, in that order; only what "
        "there is"
    )
    adjustments_amount: Money = Field(description="their sum")
    closing: Money = Field(description="spent to date now")
    prior_year_spells: Count = Field(
        description="spells of earlier financial years that this period posted to"
    )
    prior_year_amount: Money = Field(description="what it posted to them")
    excluded_postings: Count = Field(
        description="this period's postings of this year in PODs excluded from the budget"
    )
    excluded_amount: Money = Field(description="their sum")
    largest: tuple[LargestAdjustment, ...] = Field(
        max_length=5, description="the five largest, greatest size first"
    )


class MergedIn(Record):
    """A practice that merged into this one in the financial year."""

    practice_code: str = Field(description="its code")
    practice_name: str = Field(description="its name")
    merged_on: date = Field(description="this practice's first day for it")
    annual_budget: Money = Field(description="its year's budget, which came with it")


class Replaced(Record):
    """On a revised statement: the one it replaces, and what the revision posted."""

    number: str = Field(description="the statement of the same month that it replaces")
    spent_to_date: Money = Field(description="what that one said was spent to date")
    charges: Count = Field(description="charges that the revision posted")
    credits: Count = Field(description="credits that the revision posted")
    amount: Money = Field(description="what both add up to, of whichever year")


class Closing(Record):
    """On the last statement of a practice that merged into another."""

    successor_code: str = Field(description="the practice merged into")
    successor_name: str = Field(description="its name")
    merged_on: date = Field(description="the successor's first day")
    spells_moved: Count = Field(description="spells whose charges moved in this period")
    amount_moved: Money = Field(description="their cost, as a positive sum")
    annual_budget_moved: Money = Field(description="the year's budget that moved with them")


class Driver(Record):
    """A row of a table of what drives the cost, year to date."""

    code: str | None = Field(description="null on the others row")
    name: str = Field(description="e.g. the hospital's name")
    spells: Whole = Field(description="spells standing, April to this month")
    amount: Money = Field(description="their cost")
    share_percent: Percent | None = Field(
        default=None, description="of the table's total; null where that is 0"
    )
    previous_spells: Whole | None = Field(
        default=None, description="the same months last year; null if not held"
    )
    previous_amount: Money | None = Field(default=None, description="their cost then")


class DriverTable(Record):
    """The ten dearest, the rest in one row, and the total."""

    rows: tuple[Driver, ...] = Field(max_length=10, description="dearest first, then by code")
    others: Driver | None = Field(default=None, description="the rest; null if there is none")
    others_count: Count = Field(default=0, description="how many the others row holds")
    total: Driver = Field(description="all, whose code is null")


class Drivers(Record):
    """What drives the cost: charges standing of all PODs that are held or blocked back."""

    first_month: Month = Field(description="April of the financial year")
    last_month: Month = Field(description="the period")
    previous_held: bool = Field(description="whether the same months last year are held")
    providers: DriverTable = Field(description="by provider")
    specialties: DriverTable = Field(description="by main specialty")
    hrgs: DriverTable = Field(description="by healthcare resource group")


class FunnelPoint(Record):
    """A practice on a funnel plot; only this practice's own says which it is."""

    weighted_list_size: Rate = Field(gt=0, description="across")
    value: Rate = Field(description="up: per 1,000 weighted patients")


class FunnelLimit(Record):
    """The limits at one list size; several make the curves."""

    weighted_list_size: Rate = Field(gt=0, description="across, ascending")
    lower_998: Rate = Field(description="1 in 1,000 practices is below by chance alone")
    lower_95: Rate = Field(description="1 in 40 is below")
    upper_95: Rate = Field(description="1 in 40 is above")
    upper_998: Rate = Field(description="1 in 1,000 is above")


class Funnel(Record):
    """A funnel plot of one measure over the commissioner's practices, year to date."""

    measure: Literal["spells", "cost"] = Field(description="cost is in pounds")
    mean: Rate = Field(description="of all practices together, per 1,000 weighted patients")
    practice: FunnelPoint | None = Field(
        default=None, description="this practice; null without a weighted list or when suppressed"
    )
    verdict: Literal["within", "above_95", "below_95", "above_998", "below_998"] | None = Field(
        default=None, description="where this practice lies; null with `practice`"
    )
    others: tuple[FunnelPoint, ...] = Field(
        description="the others, in order of list size, then value; of very many an even choice"
    )
    others_in_all: Count = Field(description="how many others there are, drawn or not")
    suppressed: Count = Field(
        description="practices left out because their count is below the rule"
    )
    limits: tuple[FunnelLimit, ...] = Field(description="the curves, by list size")


class Comparisons(Record):
    """Against the commissioner's other practices, which are not named."""

    first_month: Month = Field(description="April of the financial year")
    last_month: Month = Field(description="the period")
    spells: Funnel = Field(description="spells per 1,000 weighted patients")
    cost: Funnel = Field(description="pounds per 1,000 weighted patients")


class AttributionShare(Record):
    """Charges standing in the year by what decided that they are this practice's."""

    basis: AttributionBasis = Field(description="the rule that held")
    charges: Count = Field(description="charges standing")
    amount: Money = Field(description="their cost")
    percent: Percent | None = Field(
        default=None, description="of charges; null where there are none"
    )


class NotCharged(Record):
    """Spells of the practice's patients in the year that were not charged."""

    status: NotChargedStatus = Field(description="why; open: not yet discharged")
    reason: str | None = Field(default=None, description="of excluded ones: the rule's reason")
    spells: Count = Field(description="spells")


class QualityWarning(Record):
    """A quality gate that reports a warning on the data of this close."""

    gate: str = Field(description="feed, episodes, charges or statements")
    rule: str = Field(description="the check's name")
    text: str = Field(description="a sentence that a practice can understand; no patient data")


class Trust(Record):
    """How far to trust the statement."""

    attribution: tuple[AttributionShare, ...] = Field(
        description="registration, submitted_practice, submitted_gp; those that occur"
    )
    submitted_elsewhere_spells: Count = Field(
        description="registered with this practice but submitted under another"
    )
    submitted_elsewhere_amount: Money = Field(description="their cost")
    not_charged: tuple[NotCharged, ...] = Field(
        description="by status (excluded, ungrouped, no_tariff), then reason; open ones not"
    )
    not_charged_spells: Count = Field(description="their sum")
    open_spells: Count = Field(description="admitted and not yet discharged")
    held_spells: Count = Field(
        default=0, description="spells with a change to a frozen month, held and not posted"
    )
    held_amount: Money = Field(default=Decimal("0.00"), description="what they would have changed")
    flex_months: tuple[Month, ...] = Field(description="months to date that may still change")
    warnings: tuple[QualityWarning, ...] = Field(description="quality warnings in force")


class Detail(Record):
    """The detail file that goes with the statement, and what it adds up to."""

    sha256: Sha256 = Field(description="of charges.parquet")
    charges_rows: Count = Field(description="rows of sheet charges: the period's postings")
    charges_amount: Money = Field(description="their sum")
    year_to_date_rows: Count = Field(description="charges standing in the year, all PODs")
    year_to_date_amount: Money = Field(description="their sum")
    not_charged_rows: Count = Field(description="spells not charged, open ones included")


class Notes(Record):
    """What the figures rest on."""

    tariff_editions: tuple[TariffEdition, ...] = Field(description="those used, by year")
    rules: Rules = Field(description="the site's rules in force")
    mark: Count = Field(description="landing high-water number of the close")
    software_version: str = Field(description="of this project, that made the package")


class Statement(Record):
    """Everything that a practice's statement shows for a period."""

    schema_version: Literal[1] = Field(default=1, description="of this file")
    identity: Identity = Field(description="whose statement, and when")
    headline: Headline = Field(description="the answer at the top")
    months: tuple[MonthPoint, ...] = Field(
        min_length=12, max_length=12, description="April to March"
    )
    pods: tuple[Position, ...] = Field(description="a row per POD: elective, daycase, ...")
    total: Position = Field(description="PODs held or blocked back")
    changes: Changes = Field(description="what changed since last month")
    replaced: Replaced | None = Field(
        default=None, description="on a revised statement: what it replaces"
    )
    merged_in: tuple[MergedIn, ...] = Field(
        default=(), description="practices that merged into this one in the year, by date"
    )
    closing: Closing | None = Field(
        default=None, description="on the one closing statement of a practice that merged away"
    )
    drivers: Drivers = Field(description="what drives the cost")
    comparisons: Comparisons | None = Field(
        default=None,
        description="null: too few practices with a weighted list, or a closing statement",
    )
    trust: Trust = Field(description="how far to trust it")
    detail: Detail = Field(description="the detail file that goes with it")
    notes: Notes = Field(description="what the figures rest on")


# --- control.json --------------------------------------------------------------------------------


class ControlIdentity(Record):
    """Which close the control report is of."""

    commissioner_code: str = Field(description="its ODS code")
    commissioner_name: str = Field(description="its name")
    period: Month = Field(description="the month closed")
    financial_year: FinancialYear = Field(description="the financial year it falls in")
    first_month: Month = Field(description="April of that year")
    month_number: int = Field(ge=1, le=12, description="1 for April ... 12 for March")
    revision: int = Field(ge=1, description="1, or more after `pbc close --revise`")
    mark: Count = Field(description="landing high-water number of the close")
    data_to: date | None = Field(default=None, description="date of the latest extract used")
    synthetic: bool = Field(description="true if the data is invented")


class Loss(Record):
    """What leaves the flow at a step, or goes a named way of its own."""

    code: str = Field(description="e.g. superseded, open, not_responsible")
    name: str = Field(description="the same in words")
    count: Count = Field(description="in the unit of the step")
    amount: Money | None = Field(default=None, description="null before there is a price")


class FunnelStep(Record):
    """A step from records landed to pounds posted: entering = losses + leaving."""

    stage: str = Field(description="land, episodes, spells, prices, attribution, ledger")
    name: str = Field(description="what happens here, in words")
    unit: Literal["records", "episodes", "spells"] = Field(description="what enters")
    entering: Count = Field(description="how many enter")
    entering_amount: Money | None = Field(
        default=None, description="their price; null before there is one"
    )
    losses: tuple[Loss, ...] = Field(description="in order; may be none")
    leaving: Count = Field(description="in the unit that entered")
    leaving_amount: Money | None = Field(
        default=None, description="their price; null before there is one"
    )
    leaving_name: str = Field(description="what they are now, e.g. live records")


class Fates(Record):
    """Records by fate; the six add up to all."""

    live: Count = Field(description="the record that counts now")
    superseded: Count = Field(description="a later record of the identifier stands")
    deleted: Count = Field(description="a deletion came after it")
    replaced: Count = Field(description="a bulk replacement did not bring it again")
    deletion: Count = Field(description="an instruction to delete")
    quarantined: Count = Field(description="broke a rule")


class InterchangeControl(Record):
    """An interchange landed at the mark and what became of its records."""

    landing: Count = Field(description="landing number")
    sender: str = Field(description="who sent it")
    interchange_id: str = Field(description="as its header names it; a SHA-256 where it names none")
    file_name: str = Field(description="as it arrived, without folder")
    file_format: str = Field(description="nwcs, cds62, sus or grouper")
    protocol: str | None = Field(default=None, description="010 net change, 020 bulk")
    extract_date: date | None = Field(
        default=None, description="day of its extract; null if it gives none"
    )
    period_start: date | None = Field(default=None, description="bulk report period")
    period_end: date | None = Field(default=None, description="bulk report period")
    declared: Count | None = Field(description="the trailer's count; null where it declares none")
    records: Count = Field(description="records landed")
    fates: Fates = Field(description="of its records")
    new_in_period: bool = Field(description="landed since the close before")


class ProviderControl(Record):
    """A provider's records, spells and pounds, at the mark, to the period's end."""

    provider_code: str = Field(description="ODS code")
    provider_name: str = Field(description="its name")
    declared: Count | None = Field(
        description="sum of the trailers' counts of the interchanges it sent; null if none"
    )
    records: Count = Field(description="records landed that name it")
    live_episodes: Count = Field(description="live records of types 120, 130, 140")
    spells: Count = Field(description="all, open ones included")
    open_spells: Count = Field(description="admitted and not yet discharged")
    priced: Count = Field(description="spells with price status priced")
    local: Count = Field(description="spells with price status local")
    excluded: Count = Field(description="spells with price status excluded")
    ungrouped: Count = Field(description="spells with price status ungrouped")
    no_tariff: Count = Field(description="spells that nothing prices")
    priced_amount: Money = Field(description="of statuses priced and local")
    not_responsible_spells: Count = Field(description="priced, of another commissioner")
    not_responsible_amount: Money = Field(description="their price")
    posted_spells: Count = Field(description="standing in the ledger, suspense included")
    posted_amount: Money = Field(description="their cost")


class QuarantineRule(Record):
    """Records in quarantine that break a rule; a record may break several."""

    rule: str = Field(description="E01 ... E07")
    text: str = Field(description="the rule in words")
    sender: str = Field(description="who sent it")
    records: Count = Field(description="how many")


class HeldFile(Record):
    """A file that is held until a person decides."""

    file_name: str = Field(description="as it arrived, without folder")
    sender: str | None = Field(default=None, description="who sent it")
    interchange_id: str | None = Field(
        default=None, description="as its header names it; a SHA-256 where it names none"
    )
    rule: str = Field(description="H01")
    text: str = Field(description="what it would do; how to release or reject it")


class RefusedFile(Record):
    """A file that was refused: nothing of it was landed."""

    file_name: str = Field(description="as it arrived, without folder")
    rule: str = Field(description="F01 ... F06")
    text: str = Field(description="where, and the mend")


class WarningCount(Record):
    """Live records with a warning."""

    rule: str = Field(description="W01 ... W06, or a later stage's")
    text: str = Field(description="the rule in words")
    records: Count = Field(description="how many")
    share_percent: Percent | None = Field(default=None, description="of live records")


class NotResponsible(Record):
    """Priced spells that belong to another commissioner, for challenge."""

    provider_code: str = Field(description="ODS code")
    provider_name: str = Field(description="its name")
    reason: str = Field(description="why, in words")
    spells: Count = Field(description="how many")
    amount: Money = Field(description="their sum in pounds")


class HeldMonth(Record):
    """Changes to a frozen activity month that were not posted."""

    activity_month: Month = Field(description="month of discharge")
    spells: Count = Field(description="how many")
    amount: Money = Field(description="current charges - postings")


class PracticePosition(Record):
    """A practice's position: a row per POD and the total."""

    practice_code: str = Field(description="RESIDENT for suspense")
    practice_name: str = Field(description="its name")
    participation: Literal["budget_holder", "information"] | None = Field(
        default=None, description="null for RESIDENT"
    )
    pods: tuple[Position, ...] = Field(description="a row per POD")
    total: Position = Field(description="PODs held or blocked back")


class ProviderMonth(Record):
    """Standing charges of a provider for an activity month and POD, suspense included."""

    provider_code: str = Field(description="ODS code")
    provider_name: str = Field(description="its name")
    activity_month: Month = Field(description="month of discharge")
    pod: str = Field(description="elective, daycase, non_elective ...")
    pod_name: str = Field(description="the same in words")
    spells: Whole = Field(description="how many")
    amount: Money = Field(description="their sum in pounds")


class AdjustmentRow(Record):
    """What the period posted to earlier months, by practice and reason."""

    practice_code: str = Field(description="ODS code, or RESIDENT")
    practice_name: str = Field(description="its name")
    reason: AdjustmentReason = Field(description="the postings' reason")
    prior_year: bool = Field(description="of earlier financial years")
    spells: Count = Field(description="how many")
    charges: Count = Field(description="postings of kind charge")
    credits: Count = Field(description="postings of kind credit")
    amount: Money = Field(description="their sum in pounds")


class BudgetRow(Record):
    """A practice's budget of the year for a POD."""

    practice_code: str = Field(description="ODS code, or RESIDENT")
    practice_name: str = Field(description="its name")
    pod: str = Field(description="elective, daycase, non_elective ...")
    pod_name: str = Field(description="the same in words")
    treatment: Treatment = Field(description="how the POD counts in the budget")
    annual_budget: Money = Field(description="the year's budget")


class BridgeLine(Record):
    """A named share of all that was priced."""

    code: str = Field(
        description="practices, suspense, not_responsible, held_by_freeze, before_ledger"
    )
    name: str = Field(description="in words")
    spells: Whole = Field(description="how many")
    amount: Money = Field(description="their sum in pounds")


class Bridge(Record):
    """All that was priced and where it went; the lines add up to the total, to the penny."""

    lines: tuple[BridgeLine, ...] = Field(description="the shares")
    total_spells: Count = Field(description="spells with status priced or local")
    total_amount: Money = Field(description="their price")


class Tie(Record):
    """Two ways to one figure, which must be the same."""

    name: str = Field(description="what must tie, in words")
    left_name: str = Field(description="where the first figure comes from")
    left: Money = Field(description="the first figure")
    right_name: str = Field(description="where the second comes from")
    right: Money = Field(description="the second figure")
    unit: Literal["pounds", "records", "spells", "statements"] = Field(
        description="what is counted"
    )
    holds: bool = Field(description="whether they are the same")


class StatementRow(Record):
    """A statement that this close made."""

    practice_code: str = Field(description="ODS code, or RESIDENT")
    practice_name: str = Field(description="its name")
    number: str = Field(description="statement number")
    closing: bool = Field(description="the last one of a practice that merged away")
    budget_to_date: Money = Field(description="cumulative budget")
    spent_to_date: Money = Field(description="charges standing in the year")
    difference: Money = Field(description="spent - budget")
    difference_percent: Percent | None = Field(
        default=None, description="of budget to date; null where that is 0"
    )
    charges_rows: Count = Field(description="this period's postings")


class Control(Record):
    """Everything that the commissioner's summary and the control report show for a close."""

    schema_version: Literal[1] = Field(default=1, description="of this file")
    identity: ControlIdentity = Field(description="which close it is of")
    funnel: tuple[FunnelStep, ...] = Field(description="from records landed to pounds posted")
    interchanges: tuple[InterchangeControl, ...] = Field(description="by landing number")
    providers: tuple[ProviderControl, ...] = Field(description="by code")
    quarantine: tuple[QuarantineRule, ...] = Field(description="by rule, then sender")
    quarantined_records: Count = Field(description="records in quarantine, each once")
    warnings: tuple[WarningCount, ...] = Field(description="by rule")
    unfinished_episodes: Count = Field(description="live records of types 180, 190, 200")
    other_care_episodes: Count = Field(description="live records of types 150, 160")
    open_spells: Count = Field(description="admitted and not yet discharged")
    suspense_spells: Count = Field(description="standing posted to RESIDENT, all years")
    suspense_amount: Money = Field(description="their cost")
    not_responsible: tuple[NotResponsible, ...] = Field(description="by provider, then reason")
    held_months: tuple[HeldMonth, ...] = Field(description="by month")
    before_ledger_spells: Count = Field(
        description="priced, of activity months before the ledger opens"
    )
    before_ledger_amount: Money = Field(description="their price")
    positions: tuple[PracticePosition, ...] = Field(description="by code, RESIDENT last")
    practices_total: tuple[Position, ...] = Field(
        description="all practices without RESIDENT: a row per POD, then total"
    )
    provider_months: tuple[ProviderMonth, ...] = Field(
        description="of the financial year; by provider, month, POD"
    )
    adjustments: tuple[AdjustmentRow, ...] = Field(description="by practice, year, reason")
    budgets: tuple[BudgetRow, ...] = Field(description="by practice, POD")
    bridge: Bridge = Field(description="all that was priced and where it went")
    ties: tuple[Tie, ...] = Field(description="control totals, those that are off included")
    statements: tuple[StatementRow, ...] = Field(description="by practice code")
    notes: Notes = Field(description="what the figures rest on")


# --- manifest.json, run.json, documents.json -----------------------------------------------------


class FileHash(Record):
    """A file and its content."""

    path: str = Field(description="relative to the revision's folder, with forward slashes")
    sha256: Sha256 = Field(description="of its bytes")
    size: Count = Field(description="bytes")


class Manifest(Record):
    """The package's files and what it was made from."""

    schema_version: Literal[1] = Field(default=1, description="of this file")
    commissioner_code: str = Field(description="its ODS code")
    period: Month = Field(description="the month closed")
    revision: int = Field(ge=1, description="1, or more after `pbc close --revise`")
    mark: Count = Field(description="landing high-water number of the close")
    practices: tuple[str, ...] = Field(description="those with a statement, by code")
    tariff_editions: tuple[str, ...] = Field(description="folder names of those used")
    inputs: tuple[FileHash, ...] = Field(
        description="reference files and settings that the close read, relative to the site"
    )
    software_version: str = Field(description="this project's, that made the package")
    files: tuple[FileHash, ...] = Field(description="by path; this file excepted")


class StageTiming(Record):
    """How long a stage took."""

    stage: str = Field(description="the stage's name")
    seconds: float = Field(ge=0, description="wall clock")
    rows: Count | None = Field(default=None, description="rows it wrote")


class GateCheck(Record):
    """One check of a gate; counts only."""

    figure: str = Field(description="the figure that it is about")
    name: str = Field(description="in words")
    severity: Literal["critical", "warning"] = Field(description="critical stops the run")
    passed: bool = Field(description="whether it did")
    observed: str | None = Field(default=None, description="what was found, without patient data")
    place: str | None = Field(
        default=None, description="where it was found: a provider, or a provider's POD"
    )
    expected: str | None = Field(default=None, description="the threshold")
    rows: str | None = Field(default=None, description="the command that shows the rows")
    on_statement: bool = Field(
        default=True, description="whether a statement repeats it where it did not pass"
    )


class GateRun(Record):
    """A gate's result."""

    gate: str = Field(description="feed, episodes, charges or statements")
    status: Literal["passed", "warning", "failed"] = Field(
        description="warning: a check of severity warning failed; failed: a critical one"
    )
    checks: tuple[GateCheck, ...] = Field(description="in order")
    data_docs: str | None = Field(
        default=None, description="path of its Data Docs page, relative to the revision's folder"
    )


class Run(Record):
    """What differs from run to run: timings, gate results, and the files not landed just then."""

    schema_version: Literal[1] = Field(default=1, description="of this file")
    started: datetime | None = Field(default=None, description="when the run began")
    finished: datetime | None = Field(default=None, description="when it ended")
    stages: tuple[StageTiming, ...] = Field(default=(), description="in order")
    gates: tuple[GateRun, ...] = Field(default=(), description="in order")
    held_files: tuple[HeldFile, ...] = Field(default=(), description="files waiting for a decision")
    refused_files: tuple[RefusedFile, ...] = Field(
        default=(), description="files of which nothing was landed"
    )


class Documents(Record):
    """What was rendered from a package."""

    schema_version: Literal[1] = Field(default=1, description="of this file")
    commissioner_code: str = Field(description="its ODS code")
    period: Month = Field(description="the month closed")
    revision: int = Field(ge=1, description="1, or more after `pbc close --revise`")
    files: tuple[FileHash, ...] = Field(description="by path")


# --- Reading and writing -------------------------------------------------------------------------

Model = TypeVar("Model", bound=Record)


def canonical_json(model: Record) -> bytes:
    """The one sequence of bytes that stands for a model's content."""
    return model.model_dump_json(indent=1).encode() + b"\n"


def _read(model: type[Model], path: Path) -> Model:
    return model.model_validate_json(path.read_bytes())


def read_statement(folder: Path) -> Statement:
    """The statement in a practice's package folder.

    Raises FileNotFoundError without one, pydantic.ValidationError if it is not of this schema.
    """
    return _read(Statement, folder / STATEMENT_FILE)


def write_statement(folder: Path, statement: Statement) -> Path:
    """Write the statement of a practice into its package folder, which is made if need be."""
    path = folder / STATEMENT_FILE
    write_atomically(path, canonical_json(statement))
    return path


def read_control(folder: Path) -> Control:
    """The control figures in a revision's folder."""
    return _read(Control, folder / CONTROL_FILE)


def write_control(folder: Path, control: Control) -> Path:
    """Write the control figures into a revision's folder."""
    path = folder / CONTROL_FILE
    write_atomically(path, canonical_json(control))
    return path


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a revision's folder."""
    return _read(Manifest, folder / MANIFEST_FILE)


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Write the manifest into a revision's folder."""
    path = folder / MANIFEST_FILE
    write_atomically(path, canonical_json(manifest))
    return path


def read_run(folder: Path) -> Run:
    """The run's timings and gate results; an empty record if none were written."""
    path = folder / RUN_FILE
    return _read(Run, path) if path.exists() else Run()


def write_run(folder: Path, run: Run) -> Path:
    """Write timings and gate results into a revision's folder."""
    path = folder / RUN_FILE
    write_atomically(path, canonical_json(run))
    return path


def read_documents(folder: Path) -> Documents:
    """The list of rendered files in a revision's folder."""
    return _read(Documents, folder / DOCUMENTS_FILE)


def file_hash(folder: Path, path: Path) -> FileHash:
    """A file's SHA-256 and size, named relative to a folder that holds it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileHash(
        path=path.relative_to(folder).as_posix(), sha256=digest, size=path.stat().st_size
    )


def package_hash(folder: Path) -> str:
    """The SHA-256 that stands on the statement for its practice's package.

    It is that of statement.json, which names that of charges.parquet: one hash fixes both.
    """
    return hashlib.sha256((folder / STATEMENT_FILE).read_bytes()).hexdigest()


def origin(statement: Statement) -> str:
    """What a document was rendered from, for its keywords: statement number and package hash.

    Delivery reads it back out of the file, and sends no file that came from another package.
    """
    digest = hashlib.sha256(canonical_json(statement)).hexdigest()
    return f"{statement.identity.number} {digest}"
