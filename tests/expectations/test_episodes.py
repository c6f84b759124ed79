"""Each expectation of the gate `episodes`: data that it stops, and data that it passes.

The good data is that of tests/gates/made_warehouse.py: from April to September RXA sent 200 records
a month, 50 of them elective, 50 day cases and 100 non elective, and RXB half of each.
"""

from pathlib import Path

import pytest

from tests.gates.made_warehouse import Failed, failed_of, made_site

pytestmark = pytest.mark.xdist_group("great_expectations")

IN_QUARANTINE = "Records that are live though they are in quarantine"
AFTER_MARK = "Records that are live though they landed after the close's mark"
VOLUME = (
    "Episodes of the month, of their mean in the twelve months before, of the worst provider and "
    "point of delivery"
)
DEAD = "Identifiers of the month that were deleted or replaced, of the worst provider"
MOVED = "Live records of the month whose prime recipient changed, of the worst provider"


def failed(directory: Path, spoilt_by: str, settings: str = "") -> list[Failed]:
    """What the gate `episodes` does not pass, of a site spoilt by SQL."""
    return failed_of("episodes", made_site(directory, spoilt_by=spoilt_by, settings=settings))


def of_september(change: str, records: int, provider: str = "RXB") -> str:
    """A change to live_record for the first of a provider's records of September."""
    return (
        f"update live_record set {change} from record where live_record.record_id = record.rowid "
        f"and cds_activity_date >= date '2004-09-01' and provider_code = '{provider}' "
        f"and cast(provider_spell_number as integer) < {records};"
    )


def later(day_cases: int) -> str:
    """All but so many of RXA's day cases of September end in October instead."""
    return (
        "update record set episode_end_date = '2004-10-01' where provider_code = 'RXA' "
        "and episode_end_date >= date '2004-09-01' and patient_classification = '2' "
        f"and cast(provider_spell_number as integer) // 4 >= {day_cases};"
    )


def earlier(months: int, elective: int) -> str:
    """So many of the elective episodes of RXA are each of that many months before September."""
    return (
        "delete from live_record using record where live_record.record_id = record.rowid "
        "and provider_code = 'RXA' and episode_end_date < date '2004-09-01' "
        f"and (episode_end_date < date '2004-09-01' - interval {months} month "
        f"or cast(provider_spell_number as integer) // 4 >= {elective} "
        "or patient_classification = '2' or admission_method <> '11');"
    )


def test_good_data_passes_every_expectation(tmp_path: Path) -> None:
    assert failed(tmp_path, "") == []


AT_A_LIMIT = [
    (
        "insert into quarantine values (5, 1, 'E07:birth_date', 'E07', 'birth_date')",
        [("critical", IN_QUARANTINE, "1", None)],
    ),
    (
        "update close set high_water = 11",
        [("critical", AFTER_MARK, "100", None)],
    ),
    # Of a mean of 50 a month, 25 are 50 per cent and 2 are 4.
    (later(25), []),
    (later(24), [("warning", VOLUME, "48 per cent", "RXA, daycase")]),
    (
        later(2),
        [
            ("critical", VOLUME, "4 per cent", "RXA, daycase"),
            ("warning", VOLUME, "4 per cent", "RXA, daycase"),
        ],
    ),
    (
        later(0),
        [
            ("critical", VOLUME, "0 per cent", "RXA, daycase"),
            ("warning", VOLUME, "0 per cent", "RXA, daycase"),
        ],
    ),
    (of_september("fate = 'deleted'", 40), []),
    (of_september("fate = 'replaced'", 41), [("warning", DEAD, "41 per cent", "RXB")]),
    (of_september("prime_recipient_changed = true", 2), []),
    (of_september("prime_recipient_changed = true", 3), [("warning", MOVED, "3 per cent", "RXB")]),
    (
        of_september("prime_recipient_changed = true", 21),
        [
            ("critical", MOVED, "21 per cent", "RXB"),
            ("warning", MOVED, "21 per cent", "RXB"),
        ],
    ),
]


@pytest.mark.parametrize(("spoilt_by", "expected"), AT_A_LIMIT)
def test_a_figure_is_stopped_past_its_limit(
    tmp_path: Path, spoilt_by: str, expected: list[tuple[str, str, str, str | None]]
) -> None:
    assert failed(tmp_path, spoilt_by) == expected


def test_a_month_that_is_nearly_all_dead_is_stopped(tmp_path: Path) -> None:
    """Its volume is gone with it: of RXB's 50 non elective episodes a month 4 are left."""
    assert failed(tmp_path, of_september("fate = 'replaced'", 91)) == [
        ("warning", VOLUME, "10 per cent", "RXB, non_elective"),
        ("critical", DEAD, "91 per cent", "RXB"),
        ("warning", DEAD, "91 per cent", "RXB"),
    ]


def test_a_volume_too_great_is_stopped_too(tmp_path: Path) -> None:
    """50 elective episodes in September, where there were 5 a month before."""
    settings = "[gates.episodes]\nvolume_minimum = 4\n"
    assert failed(tmp_path, earlier(5, 5), settings) == [
        ("warning", VOLUME, "1,000 per cent", "RXA, elective")
    ]
    (tmp_path / "4").mkdir()
    assert failed(tmp_path / "4", earlier(5, 4), settings) == [
        ("critical", VOLUME, "1,250 per cent", "RXA, elective"),
        ("warning", VOLUME, "1,250 per cent", "RXA, elective"),
    ]


@pytest.mark.parametrize(("months", "expected"), [(2, 0), (3, 1)])
def test_volume_is_judged_from_three_months_of_history_on(
    tmp_path: Path, months: int, expected: int
) -> None:
    settings = "[gates.episodes]\nvolume_minimum = 4\n"
    assert len(failed(tmp_path, earlier(months, 5), settings)) == expected


def test_a_small_mean_is_noise_and_not_judged(tmp_path: Path) -> None:
    settings = "[gates.episodes]\nvolume_minimum = 51\n"
    assert failed(tmp_path, later(0), settings) == []


def test_the_volume_of_a_provider_that_is_not_expected_is_not_judged(tmp_path: Path) -> None:
    settings = '[gates.feed]\nexpected_providers = ["RXB"]\n'
    assert failed(tmp_path, later(0), settings) == []


def test_the_shares_of_a_provider_with_few_records_are_not_judged(tmp_path: Path) -> None:
    settings = "[gates.episodes]\nminimum_records = 101\n"
    assert failed(tmp_path, of_september("prime_recipient_changed = true", 100), settings) == []
