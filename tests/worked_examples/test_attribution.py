"""The attribution examples, held against the pipeline and the second implementation."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.models.attribution import attribute
from tests.models.from_site import reference_of
from tests.models.protocol import canonical
from tests.pipeline_run import close, export, land
from tests.site_builder import Row, SiteBuilder, episode_row
from tests.worked_examples.attribution import (
    EXAMPLES,
    AttributionExample,
    code_of,
    patient_of,
    practices,
)

# One process runs them all, for the site that they share.
pytestmark = pytest.mark.xdist_group("worked examples: attribution")

PERIOD = "2004-09"

by_title = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)


def example_site(directory: Path) -> SiteBuilder:
    """Returns a site with the practices, registrations and spells of all examples."""
    site = SiteBuilder(directory)
    site.setting("gates", enforce=False)
    site.tariff("H02", elective_price="1000")
    practices(site)
    for place, example in enumerate(EXAMPLES, start=1):
        for practice, start, end in example.registered:
            site.registration(patient_of(place, example), code_of(practice), start, end)
    site.interchange([record_of(example) for example in EXAMPLES])
    return site


def record_of(example: AttributionExample) -> Row:
    """Returns the one episode of an example's spell."""
    place = 1 + EXAMPLES.index(example)
    given = {"admission_date": f"{PERIOD}-10", **example.submitted}
    given["nhs_number"] = patient_of(place, example)
    given["gp_practice_code"] = code_of(str(given.get("gp_practice_code", "")))
    return episode_row(place, nights=3, **given)


def expected(example: AttributionExample) -> Row:
    """Returns the attribution columns of the export."""
    return {
        "attribution_basis": example.basis,
        "submitted_practice_code": code_of(str(example.submitted.get("gp_practice_code", ""))),
        "practice_code": code_of(example.practice),
        "responsible": str(example.responsible).lower(),
        "budget_holder": code_of(example.holder),
    }


@pytest.fixture(scope="module")
def charges(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Row]:
    """Lands all examples in one site, closes September and exports charges, by spell."""
    site = example_site(tmp_path_factory.mktemp("site"))
    site.write()
    land(site.directory)
    close(site.directory, PERIOD)
    return {row["provider_spell_number"]: row for row in export(site.directory, "charges", PERIOD)}


@by_title
def test_pipeline(example: AttributionExample, charges: Mapping[str, Row]) -> None:
    """The pipeline attributes the example's spell as it says."""
    row = charges[record_of(example)["provider_spell_number"]]
    assert {name: row[name] for name in expected(example)} == expected(example), example.rule


@by_title
def test_second_implementation(example: AttributionExample, tmp_path: Path) -> None:
    """The second implementation attributes the example's spell as it says."""
    record = record_of(example)
    reference = reference_of(example_site(tmp_path))
    found = attribute(canonical(record), record["discharge_date"], reference, PERIOD)
    texts = {**vars(found), "responsible": str(found.responsible).lower()}
    assert texts == expected(example), example.rule
