"""Each expectation of the gate `feed`: data that it stops, and data that it passes.

The good data is that of tests/gates/made_warehouse.py: for September, RXA sent 200 records and RXB
100, so that one record is half a per cent of RXA's and one of RXB's.
"""

from pathlib import Path

import pytest

from tests.gates.made_warehouse import CODE, PERIOD, Failed, failed_of, made_site
from transforms.gates import run_gate

pytestmark = pytest.mark.xdist_group("great_expectations")

SEPTEMBER = "cds_activity_date >= date '2004-09-01'"

OFF_TRAILER = "Interchanges whose records in the log are not what their trailer declares"
SILENT = "Expected providers that sent nothing for the month"
QUARANTINED = "Records of the month in quarantine, of the worst provider"
NO_NUMBER = "Records of the month without a valid NHS number, of the worst provider"
NO_PRACTICE = "Records of the month without a practice, of the worst provider"
NO_HRG = "Finished episodes of the month without an HRG, of the worst provider"
EMPTY_DAYS = "Days of the month with no activity at all"
HELD = "Files that are held"
REFUSED = "Files that were refused"


def failed(directory: Path, spoilt_by: str, settings: str = "") -> list[Failed]:
    """What the gate `feed` does not pass, of a site spoilt by SQL."""
    return failed_of("feed", made_site(directory, spoilt_by=spoilt_by, settings=settings))


def of_rxb(change: str, records: int) -> str:
    """A change to the first of RXB's records for September."""
    return (
        f"update record set {change} where {SEPTEMBER} and provider_code = 'RXB' "
        f"and cast(provider_spell_number as integer) < {records};"
    )


def quarantined(records: int) -> str:
    """The first of RXB's records for September are in quarantine."""
    return (
        "insert into quarantine "
        "select rowid, landing_number, 'E07:birth_date', 'E07', 'birth_date' from record "
        f"where {SEPTEMBER} and provider_code = 'RXB' "
        f"and cast(provider_spell_number as integer) < {records};"
    )


def test_good_data_passes_every_expectation(tmp_path: Path) -> None:
    assert failed(tmp_path, "") == []


AT_A_LIMIT = [
    ("delete from record where rowid = 7", [("critical", OFF_TRAILER, "1", None)]),
    (
        "update interchange set records = 99, declared_records = 99 where landing_number = 12",
        [("critical", OFF_TRAILER, "1", None)],
    ),
    (quarantined(3), []),
    (quarantined(4), [("warning", QUARANTINED, "4 per cent", "RXB")]),
    (quarantined(20), [("warning", QUARANTINED, "20 per cent", "RXB")]),
    (
        quarantined(21),
        [
            ("critical", QUARANTINED, "21 per cent", "RXB"),
            ("warning", QUARANTINED, "21 per cent", "RXB"),
        ],
    ),
    (of_rxb("nhs_number = null", 10), []),
    (of_rxb("nhs_number = null", 11), [("warning", NO_NUMBER, "11 per cent", "RXB")]),
    # A number that fails its check is none.
    (of_rxb("nhs_number = '9990000019'", 11), [("warning", NO_NUMBER, "11 per cent", "RXB")]),
    (
        of_rxb("nhs_number = null", 51),
        [
            ("critical", NO_NUMBER, "51 per cent", "RXB"),
            ("warning", NO_NUMBER, "51 per cent", "RXB"),
        ],
    ),
    (of_rxb("gp_practice_code = null", 10), []),
    (of_rxb("gp_practice_code = null", 11), [("warning", NO_PRACTICE, "11 per cent", "RXB")]),
    # A default code is none; an unknown one is for attribution to judge.
    (of_rxb("gp_practice_code = 'V81999'", 11), [("warning", NO_PRACTICE, "11 per cent", "RXB")]),
    (of_rxb("gp_practice_code = 'Y12345'", 100), []),
    (
        of_rxb("gp_practice_code = null", 51),
        [
            ("critical", NO_PRACTICE, "51 per cent", "RXB"),
            ("warning", NO_PRACTICE, "51 per cent", "RXB"),
        ],
    ),
    (of_rxb("hrg_code = null", 5), []),
    (of_rxb("hrg_code = null", 6), [("warning", NO_HRG, "6 per cent", "RXB")]),
    # The spell's own HRG is one, and so is the grouper's.
    (of_rxb("hrg_code = null, spell_hrg_code = 'A01'", 100), []),
    (
        of_rxb("hrg_code = null", 6) + "insert into grouper_result by name "
        "select landing_number, provider_code, provider_spell_number, episode_number from record "
        "where hrg_code is null",
        [],
    ),
    (
        of_rxb("hrg_code = null", 51),
        [("critical", NO_HRG, "51 per cent", "RXB"), ("warning", NO_HRG, "51 per cent", "RXB")],
    ),
    (
        f"update record set cds_activity_date = '2004-09-03' where {SEPTEMBER} and "
        "day(cds_activity_date) in (1, 2)",
        [],
    ),
    (
        f"update record set cds_activity_date = '2004-09-04' where {SEPTEMBER} and "
        "day(cds_activity_date) in (1, 2, 3)",
        [("warning", EMPTY_DAYS, "3", None)],
    ),
    (
        f"update record set cds_activity_date = '2004-08-31' where {SEPTEMBER} "
        "and provider_code = 'RXB'",
        [("warning", SILENT, "1", None)],
    ),
]


@pytest.mark.parametrize(("spoilt_by", "expected"), AT_A_LIMIT)
def test_a_figure_is_stopped_past_its_limit(
    tmp_path: Path, spoilt_by: str, expected: list[tuple[str, str, str, str | None]]
) -> None:
    assert failed(tmp_path, spoilt_by) == expected


def test_a_record_counts_by_its_last_submission(tmp_path: Path) -> None:
    """What was sent wrongly and then sent again in order is no fault of the month any more."""
    again = """
    insert into record
    select * replace (landing_number + 100 as landing_number, '9990000018' as nhs_number)
    from record
    where cds_activity_date >= date '2004-09-01' and provider_code = 'RXB';
    insert into interchange
    select * replace (
        landing_number + 100 as landing_number, content_sha256 || '!' as content_sha256,
        interchange_id || '!' as interchange_id
    )
    from interchange
    where landing_number = 12;
    """
    assert failed(tmp_path, of_rxb("nhs_number = null", 60) + again) == []


def test_records_whose_date_cannot_be_read_count_for_the_month_they_came_in(
    tmp_path: Path,
) -> None:
    """A feed whose dates are all of the wrong form is the worst of all, not an empty one."""
    spoilt = """
    insert into quarantine
    select rowid, landing_number, 'E02:cds_activity_date', 'E02', 'cds_activity_date'
    from record where landing_number > 10;
    update record set cds_activity_date = null where landing_number > 10;
    insert into close values (0, date '2004-08-01', 1, 10, 'made', 'statements');
    """
    assert failed(tmp_path, spoilt) == [
        ("warning", SILENT, "2", None),
        ("critical", QUARANTINED, "100 per cent", "RXA"),
        ("warning", QUARANTINED, "100 per cent", "RXA"),
        ("warning", EMPTY_DAYS, "30", None),
    ]


def test_a_provider_code_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    """The sender stands in its place: what stands in a shifted column may be anything."""
    spoilt = quarantined(30) + of_rxb("provider_code = '9990000018'", 30)
    assert failed(tmp_path, spoilt) == [
        ("critical", QUARANTINED, "30 per cent", "RXB"),
        ("warning", QUARANTINED, "30 per cent", "RXB"),
    ]


def test_the_shares_of_a_provider_with_few_records_are_not_judged(tmp_path: Path) -> None:
    settings = "[gates.feed]\nminimum_records = 101\n"
    assert failed(tmp_path, of_rxb("nhs_number = null, hrg_code = null", 100), settings) == []


@pytest.mark.parametrize(
    ("providers", "expected"),
    [('["RXA"]', []), ('["RXA", "RXC", "RXD"]', [("warning", SILENT, "2", None)]), ("[]", [])],
)
def test_the_providers_expected_are_the_site_s(
    tmp_path: Path, providers: str, expected: list[tuple[str, str, str, None]]
) -> None:
    settings = f"[gates.feed]\nexpected_providers = {providers}\n"
    assert failed(tmp_path, "", settings) == expected


def test_files_held_and_refused_are_counted(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    for folder, name in ((site.held(CODE), "a"), (site.refused(CODE), "b")):
        folder.mkdir(parents=True)
        (folder / f"{name}.csv").touch()
        (folder / f"{name}.csv.report.txt").write_text(f"{name}.csv\nheld: H01 why\n")
    checks = run_gate(site, CODE, PERIOD, "feed").checks
    assert [(check.name, check.observed) for check in checks if not check.passed] == [
        (HELD, "1"),
        (REFUSED, "1"),
    ]
