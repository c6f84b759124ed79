"""The position examples, held against the pipeline and against the second implementation."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.models.from_site import editions_of, interchanges_of, reference_of, year_of
from tests.models.month_end import MonthEnd
from tests.models.months import financial_year, months_between, months_later, months_of
from tests.models.position import positions
from tests.pipeline_run import close, export, land
from tests.site_builder import Row, SiteBuilder, days_after, episode_row
from tests.worked_examples.position import (
    EXAMPLES,
    PROFILE,
    PROFILE_YEAR,
    SITES,
    PositionExample,
    Sent,
    tariff,
)
from tests.worked_examples.sums import worked_out

# One process runs them all, for the site that they share.
pytestmark = pytest.mark.xdist_group("worked examples: position")

Rows = Mapping[tuple[str, str], Mapping[str, str]]

POD_OF = {"daycase": ("11", "2"), "elective": ("11", "1"), "non_elective": ("21", "1")}

by_title = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
by_period = pytest.mark.parametrize("period", [period for closes in SITES for period in closes])


def practice_of(example: PositionExample, which: str) -> str:
    """Returns the code of an example's own or old practice; `none` is a default code."""
    number = 1 + EXAMPLES.index(example)
    return {"own": f"Y92{number:03d}", "old": f"Y93{number:03d}", "none": "V81999"}[which]


def example_site(directory: Path, closes: tuple[str, ...]) -> SiteBuilder:
    """Returns the site of all examples of the same closes, before anything is sent."""
    site = SiteBuilder(directory)
    site.setting("gates", enforce=False)
    tariff(site)
    for pod, shares in PROFILE.items():
        for month, share in zip(months_of(PROFILE_YEAR), shares, strict=True):
            site.add("profile", financial_year=PROFILE_YEAR, pod=pod, month=month, share=share)
    for example in EXAMPLES:
        if example.site != closes:
            continue
        own, old = practice_of(example, "own"), practice_of(example, "old")
        site.practice(own)
        site.practice(old)
        site.succession(old, own, "2004-06-15")
        for practice, budgets in ((own, example.budgets), (old, example.old_budgets)):
            for pod, amount in budgets.items():
                site.budget(practice, pod, amount, financial_year(example.seen_by))
        for pod, treatment in example.scope.items():
            site.add(
                "scope",
                financial_year="2004/05",
                practice_code=own,
                pod=pod,
                treatment=treatment,
            )
    return site


def send(site: SiteBuilder, closes: tuple[str, ...], period: str) -> None:
    """Lays ready what the examples sent before the close of a period."""
    records = [
        record_of(example, sent)
        for example in EXAMPLES
        for sent in example.spells
        if example.site == closes and sent.before == period
    ]
    site.interchange(records, extract_datetime=f"{period}-28T08:00:00")


def record_of(example: PositionExample, sent: Sent) -> Row:
    """Returns a version of a spell's one episode; when it was sent tells versions apart."""
    names = sorted({each.spell for each in example.spells})
    number = 100 * (1 + EXAMPLES.index(example)) + names.index(sent.spell)
    method, classification = POD_OF.get(sent.pod, ("11", "1"))
    admitted = f"{sent.month}-10"
    return episode_row(
        number,
        nights=3,
        cds_update_type="1" if sent.pod == "deleted" else "9",
        cds_applicable_datetime=f"{sent.before}-28T06:00:00",
        admission_date=admitted,
        discharge_date=days_after(admitted, 3),
        admission_method=method,
        patient_classification=classification,
        hrg_code="G10",
        gp_practice_code=practice_of(example, sent.practice),
    )


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rows]:
    """Closes every site's periods in the pipeline; returns the position of each period."""
    found = {}
    for closes in SITES:
        builder = example_site(tmp_path_factory.mktemp("site"), closes)
        for period in closes:
            send(builder, closes, period)
            site = builder.write()
            land(site)
            close(site, period)
            rows = export(site, "position", period)
            found[period] = {(row["practice_code"], row["pod"]): row for row in rows}
    return found


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rows]:
    """Closes every site's periods in the second implementation, likewise."""
    found = {}
    for closes in SITES:
        builder = example_site(tmp_path_factory.mktemp("site"), closes)
        model = MonthEnd()
        for landing, period in enumerate(closes, start=1):
            send(builder, closes, period)
            model.land(interchanges_of(builder.waiting(), landing))
            builder.write()
            model.close(period, reference_of(builder), editions_of(builder))
            rows = positions(period, model.ledger.postings, year_of(builder))
            found[period] = {(row.practice_code, row.pod): row.as_text() for row in rows}
    return found


def check(example: PositionExample, rows: Rows) -> None:
    """Holds the rows of an example's practices against the figures expected."""
    for name, figures in example.expected.items():
        which, pod = name.split(" ") if " " in name else ("own", name)
        practice = "RESIDENT" if example.suspense else practice_of(example, which)
        row = rows[practice, pod]
        found = {column: value_of(row[column]) for column in figures}
        expected = {column: value_of(text) for column, text in figures.items()}
        assert found == expected, f"{name}: {example.rule}"


def value_of(text: str) -> object:
    """Returns what a figure comes to; blank is none."""
    return worked_out(text) if text else None


@by_title
def test_pipeline(example: PositionExample, exported: Mapping[str, Rows]) -> None:
    """The pipeline's position is what the example says."""
    check(example, exported[example.seen_by])


@by_title
def test_second_implementation(example: PositionExample, modelled: Mapping[str, Rows]) -> None:
    """The second implementation's position is what the example says."""
    check(example, modelled[example.seen_by])


@by_period
def test_whole_export(
    period: str,
    exported: Mapping[str, Rows],
    modelled: Mapping[str, Rows],
) -> None:
    """Every row and every column but the forecast's is the second implementation's."""
    columns = next(iter(modelled[period].values())).keys()
    found = {key: {name: row[name] for name in columns} for key, row in exported[period].items()}
    assert found == modelled[period]


def test_examples_close_without_a_gap() -> None:
    """Each list of closes is of months in a row."""
    for closes in SITES:
        assert list(closes) == [
            months_later(closes[0], place)
            for place in range(1 + months_between(closes[0], closes[-1]))
        ]
