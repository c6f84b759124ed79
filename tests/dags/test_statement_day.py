"""The timetable of the statement day: which month a run closes, and when."""

from datetime import UTC, datetime

import pendulum
import pytest
from airflow.timetables.base import DataInterval, TimeRestriction

from transforms.airflow_plugin import StatementDay
from transforms.periods import Period

pytestmark = pytest.mark.xdist_group("airflow")

FROM_APRIL = TimeRestriction(pendulum.datetime(2004, 4, 1), None, catchup=True)


def interval(period: str) -> DataInterval:
    first = Period.parse(period).first_day
    start = pendulum.datetime(first.year, first.month, first.day)
    return DataInterval(start, start.add(months=1))


@pytest.mark.parametrize(
    ("period", "working_day", "at"),
    [
        # 10 October 2004 is a Sunday: the tenth working day is Thursday 14. Six is five in UTC.
        ("2004-09", 10, datetime(2004, 10, 14, 5, tzinfo=UTC)),
        # In winter it is six in UTC, too.
        ("2004-10", 10, datetime(2004, 11, 12, 6, tzinfo=UTC)),
        # New Year's Day 2005 is a Saturday, so Monday 3 January is a bank holiday.
        ("2004-12", 1, datetime(2005, 1, 4, 6, tzinfo=UTC)),
        # Good Friday is 9 April 2004, Easter Monday the 12th.
        ("2004-03", 7, datetime(2004, 4, 13, 5, tzinfo=UTC)),
    ],
)
def test_a_month_is_closed_on_its_working_day_at_six_in_england(
    period: str, working_day: int, at: datetime
) -> None:
    assert StatementDay(working_day).statement_time(Period.parse(period)) == at


def test_months_follow_each_other_from_the_start_date_on() -> None:
    timetable = StatementDay(10)
    found = []
    last = None
    for _ in range(4):
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=FROM_APRIL)
        assert info is not None
        last = info.data_interval
        found.append((info.logical_date, info.run_after))
    assert [f"{logical:%Y-%m-%d}" for logical, _ in found] == [
        "2004-04-01",
        "2004-05-01",
        "2004-06-01",
        "2004-07-01",
    ]
    assert [f"{after:%Y-%m-%dT%H:%MZ}" for _, after in found] == [
        "2004-05-17T05:00Z",
        "2004-06-14T05:00Z",
        "2004-07-14T05:00Z",
        "2004-08-13T05:00Z",
    ]


@pytest.mark.parametrize(
    ("earliest", "first"),
    [(pendulum.datetime(2004, 4, 1), "2004-04"), (pendulum.datetime(2004, 4, 2), "2004-05")],
)
def test_a_start_within_a_month_begins_with_the_next(
    earliest: pendulum.DateTime, first: str
) -> None:
    info = StatementDay(10).next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(earliest, None, catchup=True),
    )
    assert info is not None
    assert info.data_interval == interval(first)


def test_nothing_is_due_after_the_last_date() -> None:
    restriction = TimeRestriction(
        pendulum.datetime(2004, 4, 1), pendulum.datetime(2004, 9, 1), catchup=True
    )
    timetable = StatementDay(10)
    due = timetable.next_dagrun_info(
        last_automated_data_interval=interval("2004-08"), restriction=restriction
    )
    assert due is not None
    assert due.data_interval == interval("2004-09")
    assert (
        timetable.next_dagrun_info(
            last_automated_data_interval=interval("2004-09"), restriction=restriction
        )
        is None
    )


def test_without_catching_up_the_latest_month_that_is_due_comes_first() -> None:
    info = StatementDay(10).next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(pendulum.datetime(2004, 4, 1), None, catchup=False),
    )
    assert info is not None
    now = pendulum.now("UTC")
    assert info.run_after <= now < info.run_after.add(days=45)
    assert info.data_interval is not None
    assert info.data_interval.end <= now


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        (pendulum.datetime(2004, 10, 14, 4, 59), "2004-08"),
        (pendulum.datetime(2004, 10, 14, 5, 0), "2004-09"),
    ],
)
def test_a_run_by_hand_closes_the_last_month_that_is_due(
    now: pendulum.DateTime, closes: str
) -> None:
    assert StatementDay(10).infer_manual_data_interval(run_after=now) == interval(closes)


def test_it_survives_airflow_s_serialization() -> None:
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    again = decode_timetable(encode_timetable(StatementDay(7)))
    assert isinstance(again, StatementDay)
    assert again.working_day == 7
    assert again.summary == "working day 7"


def test_the_plugin_is_an_entry_point() -> None:
    from importlib.metadata import entry_points

    from airflow import plugins_manager

    [point] = [
        each
        for each in entry_points(group="airflow.plugins")
        if each.name == "practice_budget_statements"
    ]
    plugin = point.load()
    assert plugin.timetables == [StatementDay]
    assert "transforms.airflow_plugin.StatementDay" in plugins_manager.get_timetables_plugins()
