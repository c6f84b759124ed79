"""Random interchanges in random order: the pipeline and the plain-Python protocols agree."""

import hashlib
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds import forms
from tests.models import pricing
from tests.models.from_site import interchanges_of, scopes_of_file
from tests.models.protocol import Outcome, outcome
from tests.pipeline_run import close, export, land
from tests.properties.effort import examples
from tests.properties.random_interchanges import PERIOD, RandomInterchanges
from tests.site_builder import NwcsFile, SiteBuilder

seeds = st.integers(0, 2**32)

Fates = dict[tuple[str, str], int]


def fates_of(files: list[NwcsFile], found: Outcome) -> Fates:
    """Returns how many records of which interchange met which fate, by the model."""
    return dict(
        Counter(
            (files[landing - 1].interchange_id, fate) for (landing, _), fate in found.fates.items()
        )
    )


def live_of(found: Outcome) -> dict[str, str]:
    """Returns the version (its NHS number) that is live of each discharged spell, by the model."""
    spells = pricing.price_all([landed.row for landed in found.live], [])
    return {spell_id: spell.nhs_number for spell_id, spell in spells.items()}


def faults_of(files: list[NwcsFile], found: Outcome) -> dict[tuple[str, str], set[str]]:
    """Returns the rules that each quarantined record breaks, by interchange and line."""
    return {
        (files[landing - 1].interchange_id, str(line)): {fault.rule for fault in landed.faults}
        for (landing, line), landed in found.records.items()
        if landed.faults
    }


def unlanded_site(directory: Path) -> Path:
    """Makes a site that holds nothing back."""
    builder = SiteBuilder(directory)
    builder.setting("gates", enforce=False)
    builder.setting("landing", bulk_shrink_percent=100)
    return builder.write()


def landed_site(directory: Path, files: list[NwcsFile]) -> Path:
    """Lands interchanges in this order in a new site and closes the quarter."""
    unlanded_site(directory)
    paths = [
        file.write(directory / "sent" / f"{place:03d}.csv", compress=place % 3 == 0)
        for place, file in enumerate(files)
    ]
    land(directory, *paths)
    close(directory, PERIOD)
    return directory


def correction_quarantined(site: Path) -> set[str]:
    """Returns the identifiers of the episodes of hospital care whose correction is quarantined."""
    (warehouse,) = (site / "warehouse").glob("*.duckdb")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select cds_unique_identifier from episode where correction_quarantined"
        ).fetchall()
    return {identifier for (identifier,) in rows}


@examples(3)
@given(seed=seeds)
def test_live_records_and_fates_are_the_models(seed: int) -> None:
    """Whatever is sent in whatever order: the same fates, faults and live records."""
    random = Random(seed)
    made = RandomInterchanges(random, distinct_times=random.random() < 0.3)
    files = made.files(random.randint(10, 30))
    expected = outcome(interchanges_of(files))
    with TemporaryDirectory() as directory:
        site = landed_site(Path(directory), files)
        fates = export(site, "fates", PERIOD)
        quarantine = export(site, "quarantine", PERIOD)
        charges = export(site, "charges", PERIOD)
        marked = correction_quarantined(site)
    found = {(row["interchange_id"], row["fate"]): int(row["records"]) for row in fates}
    assert found == fates_of(files, expected)
    broken = {
        (row["interchange_id"], row["line"]): set(row["rules"].split(";")) for row in quarantine
    }
    assert broken == faults_of(files, expected)
    assert {row["spell_id"]: row["nhs_number"] for row in charges} == live_of(expected)
    assert marked == {
        expected.records[key].identifier
        for key in expected.correction_quarantined
        if expected.records[key].row["cds_record_type"] in pricing.HOSPITAL_CARE
    }


@examples(2)
@given(seed=seeds)
def test_files_of_several_scopes_are_the_models(seed: int) -> None:
    """Flat files whose records each name their own scope, which may overlap; net change beside."""
    random = Random(seed)
    made = RandomInterchanges(random, identifiers=60, distinct_times=False)
    interchanges, digests = [], []
    with TemporaryDirectory() as directory:
        site = unlanded_site(Path(directory))
        paths = []
        for landing in range(1, random.randint(5, 15)):
            lines: list[str] = []
            sent = []
            for how, row in made.flat_records():
                sent.append((len(lines) + 1, how, row))
                lines += forms.flat_lines(row, f"CONNECTION{len(sent)}", how)
            interchanges += scopes_of_file(landing, sent)
            paths.append(site / f"{landing:03d}.txt")
            paths[-1].write_text("\n".join([*lines, ""]))
            digests.append(hashlib.sha256(paths[-1].read_bytes()).hexdigest())
        land(site, *paths)
        close(site, PERIOD)
        fates = export(site, "fates", PERIOD)
        quarantine = export(site, "quarantine", PERIOD)
        charges = export(site, "charges", PERIOD)
    expected = outcome(interchanges)
    found = {(row["interchange_id"], row["fate"]): int(row["records"]) for row in fates}
    assert found == dict(
        Counter((digests[landing - 1], fate) for (landing, _), fate in expected.fates.items())
    )
    broken = {
        (row["interchange_id"], row["line"]): set(row["rules"].split(";")) for row in quarantine
    }
    assert broken == {
        (digests[landing - 1], str(line)): {fault.rule for fault in landed.faults}
        for (landing, line), landed in expected.records.items()
        if landed.faults
    }
    assert {row["spell_id"]: row["nhs_number"] for row in charges} == live_of(expected)


@examples(1)
@given(seed=seeds)
def test_order_of_landing_never_matters(seed: int) -> None:
    """Where effective times differ, any order of landing gives the same fates and live records."""
    random = Random(seed)
    files = RandomInterchanges(random, distinct_times=True).files(random.randint(10, 25))
    seen = []
    for _ in range(2):
        random.shuffle(files)
        with TemporaryDirectory() as directory:
            site = landed_site(Path(directory), files)
            seen.append((export(site, "fates", PERIOD), export(site, "charges", PERIOD)))
    assert seen[0] == seen[1]


@examples(150)
@given(seed=seeds)
def test_order_of_landing_never_matters_to_the_model(seed: int) -> None:
    """The model keeps the promise that it is used to check."""
    random = Random(seed)
    files = RandomInterchanges(random, distinct_times=True).files(random.randint(2, 12))
    first = outcome(interchanges_of(files))
    shuffled = random.sample(files, len(files))
    second = outcome(interchanges_of(shuffled))
    assert fates_of(files, first) == fates_of(shuffled, second)
    assert live_of(first) == live_of(second)


@examples(150)
@given(seed=seeds)
def test_every_record_has_one_fate(seed: int) -> None:
    """And an identifier has one live record at most, whatever was sent."""
    random = Random(seed)
    found = outcome(interchanges_of(RandomInterchanges(random, distinct_times=False).files(10)))
    assert found.fates.keys() == found.records.keys()
    live = Counter(landed.identifier for landed in found.live)
    assert not live or max(live.values()) == 1
    assert found.correction_quarantined <= {
        key for key, fate in found.fates.items() if fate == "live"
    }
