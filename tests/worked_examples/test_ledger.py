"""The ledger examples, held against the pipeline and against the second implementation."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from tests.models.from_site import editions_of, interchanges_of, reference_of
from tests.models.ledger import Charge, Ledger, RefusedError, export_rows
from tests.models.month_end import MonthEnd
from tests.pipeline_run import close, export, land
from tests.site_builder import Row, SiteBuilder, episode_row, nhs_number
from tests.worked_examples.ledger import (
    EXAMPLES,
    PRACTICES,
    SECOND_EDITION_FROM,
    SITES,
    LedgerExample,
    reference,
    second_edition,
)

# One process runs them all, for the site that they share.
pytestmark = pytest.mark.xdist_group("worked examples: ledger")

Postings = dict[str, list[Row]]

by_title = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
by_site = pytest.mark.parametrize("settings", SITES)


def prepare(builder: SiteBuilder, settings: str, period: str) -> None:
    """Brings a site to where it stands before a close: what was sent and what changed."""
    if period == SECOND_EDITION_FROM:
        second_edition(builder)
    records = []
    for place, example in enumerate(EXAMPLES, start=1):
        if example.site == settings and period in example.registered:
            builder.registration(nhs_number(place), PRACTICES[example.registered[period]])
        if example.site == settings and period in example.sent:
            records.append(record_of(place, example, period))
    builder.interchange(records, extract_datetime=f"{period}-28T08:00:00")


def record_of(place: int, example: LedgerExample, period: str) -> Row:
    """Returns the version of an example's episode that was sent before the close of a period."""
    given = dict(example.sent[period] or {"cds_update_type": "1"})
    practice = str(given.get("gp_practice_code", ""))
    given["gp_practice_code"] = PRACTICES.get(practice, practice)
    given["cds_applicable_datetime"] = f"{period}-28T06:00:00"
    return episode_row(place, nights=3, **given)


def spell_of(example: LedgerExample) -> str:
    """Returns the spell_id of an example."""
    return f"RXA-S{1 + EXAMPLES.index(example):07d}"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Postings]:
    """Closes every period of every site in the pipeline; returns postings by site and period."""
    found: dict[str, Postings] = {}
    for settings, (ledger, periods) in SITES.items():
        builder = SiteBuilder(tmp_path_factory.mktemp("site"))
        reference(builder, ledger)
        found[settings] = {}
        for period in periods:
            prepare(builder, settings, period)
            site = builder.write()
            land(site)
            close(site, period)
            found[settings][period] = export(site, "postings", period)
    return found


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Postings]:
    """Closes every period of every site in the second implementation, likewise."""
    found: dict[str, Postings] = {}
    for settings, (ledger, periods) in SITES.items():
        builder = SiteBuilder(tmp_path_factory.mktemp("site"))
        reference(builder, ledger)
        months = ledger.get("freeze_after_months")
        freeze = None if months is None else int(months)
        model = MonthEnd(Ledger(str(ledger.get("opens", "")), freeze))
        found[settings] = {}
        for landing, period in enumerate(periods, start=1):
            prepare(builder, settings, period)
            model.land(interchanges_of(builder.waiting(), landing))
            builder.write()
            model.close(period, reference_of(builder), editions_of(builder))
            found[settings][period] = export_rows(model.ledger.postings, period)
    return found


def check(example: LedgerExample, postings: Postings) -> None:
    """Holds what each close posted for an example's spell against what it expects."""
    names = {code: name for name, code in PRACTICES.items()}
    found = {
        period: [
            (
                row["kind"],
                row["reason"],
                names.get(row["budget_holder"], row["budget_holder"]),
                row["activity_month"],
                Decimal(row["amount"]),
            )
            for row in postings[period]
            if row["spell_id"] == spell_of(example)
        ]
        for period in postings
    }
    assert found == {
        period: [read(text) for text in example.posted.get(period, ())] for period in postings
    }, example.rule


def read(text: str) -> tuple[str, str, str, str, Decimal]:
    """Reads a posting as the table writes it: kind, reason, budget holder, month, amount."""
    kind, reason, holder, month, amount = text.split(" ")
    return kind, reason, holder, month, Decimal(amount)


@by_title
def test_pipeline(example: LedgerExample, exported: Mapping[str, Postings]) -> None:
    """The pipeline posts the example's spell as it says."""
    check(example, exported[example.site])


@by_title
def test_second_implementation(example: LedgerExample, modelled: Mapping[str, Postings]) -> None:
    """The second implementation posts the example's spell as it says."""
    check(example, modelled[example.site])


@by_site
def test_whole_export(
    settings: str, exported: Mapping[str, Postings], modelled: Mapping[str, Postings]
) -> None:
    """Every column of every posting, charge references too, is the second implementation's."""
    assert exported[settings] == modelled[settings]


# How periods close, by the second implementation alone: what it takes for granted elsewhere.


def charge(spell_id: str, price: str, holder: str = "Y91001", month: str = "2004-04") -> Charge:
    """Returns a charge of an elective spell."""
    return Charge(spell_id, holder, month, "elective", "G10", Decimal(price), "2004-05")


def references(ledger: Ledger) -> Sequence[str]:
    """Returns the charge references of all postings, in the order in which they were made."""
    return [posting.charge_reference for posting in ledger.postings]


def test_charge_references_count_within_holder_period_and_revision() -> None:
    """From 1 in order of spell_id, then credit before charge."""
    ledger = Ledger()
    ledger.close("2004-04", [charge("RXA-2", "5"), charge("RXA-1", "5"), charge("RXA-3", "5", "B")])
    assert references(ledger) == ["Y91001-2004-04-1-1", "Y91001-2004-04-1-2", "B-2004-04-1-1"]
    ledger.close("2004-05", [charge("RXA-1", "7"), charge("RXA-3", "5", "Y91001")])
    assert references(ledger)[3:] == [
        "Y91001-2004-05-1-1",  # RXA-1: the credit
        "Y91001-2004-05-1-2",  # RXA-1: the charge
        "Y91001-2004-05-1-3",  # RXA-2: withdrawn
        "B-2004-05-1-1",  # RXA-3: the credit
        "Y91001-2004-05-1-4",  # RXA-3: the charge
    ]


def test_periods_close_in_order() -> None:
    """A gap is an error."""
    ledger = Ledger()
    ledger.close("2004-12", [])
    with pytest.raises(RefusedError, match="2005-01"):
        ledger.close("2005-02", [])
    ledger.close("2005-01", [])
    assert ledger.closed == [("2004-12", 1), ("2005-01", 1)]


def test_an_earlier_period_is_left_as_it_is() -> None:
    """Only the latest closed period can be closed again."""
    ledger = Ledger()
    ledger.close("2004-04", [charge("RXA-1", "5")])
    ledger.close("2004-05", [charge("RXA-1", "5")])
    assert ledger.close("2004-04", [charge("RXA-1", "9")]) == []
    assert references(ledger) == ["Y91001-2004-04-1-1"]


def test_the_latest_period_is_rebuilt_while_it_is_not_issued() -> None:
    """Closing it again takes its postings back and posts anew, under the same revision."""
    ledger = Ledger()
    ledger.close("2004-04", [charge("RXA-1", "5"), charge("RXA-2", "5")])
    ledger.close("2004-04", [charge("RXA-2", "9")])
    assert [(each.reason, each.amount) for each in ledger.postings] == [("new", Decimal(9))]
    assert references(ledger) == ["Y91001-2004-04-1-1"]


def test_an_issued_period_is_revised_by_further_postings() -> None:
    """It is refused unless told to revise; what was issued stays, the difference is added."""
    ledger = Ledger()
    ledger.close("2004-04", [charge("RXA-1", "5")])
    ledger.issue()
    with pytest.raises(RefusedError, match="issued"):
        ledger.close("2004-04", [charge("RXA-1", "9")])
    ledger.close("2004-04", [charge("RXA-1", "9")], revise=True)
    assert references(ledger) == [
        "Y91001-2004-04-1-1",
        "Y91001-2004-04-2-1",
        "Y91001-2004-04-2-2",
    ]
    ledger.close("2004-04", [charge("RXA-1", "8")])
    assert [each.amount for each in ledger.postings] == [Decimal(5), Decimal(-5), Decimal(8)]


def test_what_the_freeze_holds_is_the_rest_of_the_sum() -> None:
    """Current charges are postings and what is held, for every spell."""
    ledger = Ledger(freeze_after_months=1)
    ledger.close("2004-04", [charge("RXA-1", "5"), charge("RXA-2", "7")])
    ledger.close("2004-05", [charge("RXA-1", "5"), charge("RXA-2", "7")])
    now = [charge("RXA-1", "6"), charge("RXA-3", "2")]
    assert ledger.close("2004-06", now) == []
    assert ledger.held_by_freeze("2004-06", now) == {
        "RXA-1": Decimal(6) - Decimal(5),
        "RXA-2": -Decimal(7),
        "RXA-3": Decimal(2),
    }
