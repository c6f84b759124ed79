"""The pricing examples, held against the pipeline and against the second implementation."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.models import pricing
from tests.models.from_site import editions_of
from tests.models.months import financial_year, month_of, months_of
from tests.pipeline_run import close, export, land
from tests.site_builder import Row, episode_row
from tests.worked_examples.pricing import EXAMPLES, PricingExample, example_site
from tests.worked_examples.sums import worked_out

# One process runs them all, for the site that they share.
pytestmark = pytest.mark.xdist_group("worked examples: pricing")

TEXTS = {
    "pod",
    "admission_type",
    "hrg_code",
    "price_status",
    "exclusion_reason",
    "tariff_edition",
    "top_up_service",
    "activity_month",
    "discharge_date",
    "age",
}
NOTHING = {
    "base_price": "0",
    "short_stay_adjustment": "0",
    "excess_days": "0",
    "excess_day_payment": "0",
    "top_up_service": "",
    "top_up_payment": "0",
    "market_forces_payment": "0",
}

by_title = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)


@dataclass(frozen=True)
class Case:
    """An example with the records made of it, all of one spell."""

    example: PricingExample
    records: list[Row]

    @property
    def spell_id(self) -> str:
        """The spell's key in the export."""
        return f"{self.records[0]['provider_code']}-{self.records[0]['provider_spell_number']}"

    @property
    def year(self) -> str:
        """The financial year of the spell's discharge."""
        return financial_year(month_of(max(row["discharge_date"] for row in self.records)))


def case_of(example: PricingExample) -> Case:
    """Returns an example with its records; the place in the table makes their identifiers."""
    number = 1 + EXAMPLES.index(example)
    records = []
    for place, given in enumerate(example.episodes, start=1):
        identity = {
            "cds_unique_identifier": f"WORKED{number:04d}{place:02d}",
            "episode_number": str(place),
        }
        records.append(episode_row(number, nights=3, **{**identity, **given}))
    return Case(example, records)


CASES = [case_of(example) for example in EXAMPLES]


def check(case: Case, row: Mapping[str, str]) -> None:
    """Holds an exported row against what the example expects, column by column."""
    expected = {**NOTHING, **case.example.expected}
    found = {name: row[name] for name in expected}
    wanted = {name: text if name in TEXTS else worked_out(text) for name, text in expected.items()}
    told = {name: text if name in TEXTS else worked_out(text) for name, text in found.items()}
    assert told == wanted, case.example.rule


@pytest.fixture(scope="module")
def charges(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Row]:
    """Lands all cases, a site for each financial year, closes its March and exports charges."""
    by_year = defaultdict(list)
    for case in CASES:
        by_year[case.year].append(case)
    rows = {}
    for year, cases in by_year.items():
        site = example_site(tmp_path_factory.mktemp("site"))
        site.interchange([row for case in cases for row in case.records])
        site.write()
        march = months_of(year)[-1]
        land(site.directory)
        close(site.directory, march)
        for row in export(site.directory, "charges", march):
            rows[year, row["spell_id"]] = row
    return rows


@by_title
def test_pipeline(example: PricingExample, charges: dict[tuple[str, str], Row]) -> None:
    """The pipeline prices the example as it says."""
    case = CASES[EXAMPLES.index(example)]
    check(case, charges[case.year, case.spell_id])


@by_title
def test_second_implementation(example: PricingExample, tmp_path: Path) -> None:
    """The second implementation prices the example as it says."""
    case = CASES[EXAMPLES.index(example)]
    spells = pricing.price_all(case.records, editions_of(example_site(tmp_path)))
    check(case, spells[case.spell_id].as_text())


def test_every_known_mistake_has_its_example() -> None:
    """The mistakes of other people's pricing scripts that a case of the table would catch."""
    assert {example.mistake for example in EXAMPLES} == {
        "",
        "a spell split by HRG",
        "an episode's duration used for the spell's",
        "day case and elective prices added where a combined one is missing",
        "one POD's trim tested and the other's subtracted",
        "the short-stay price given to an elective stay",
        "the trim point returned as the price",
    }


def test_titles_are_all_different() -> None:
    """An example is found by its title."""
    assert len({example.title for example in EXAMPLES}) == len(EXAMPLES)
