"""What the project adds to Airflow, as one plugin: timetable, deadline, links and pages.

Airflow imports this module in each of its processes, so it imports nothing heavy. The pages are
`transforms.airflow_pages`, which the API server alone loads, at the first request.
"""

import datetime
import functools
import os
import zoneinfo
from pathlib import Path
from typing import Any

import pendulum
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink
from airflow.sdk.definitions.deadline import BaseDeadlineReference
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable

from transforms.errors import PbcError
from transforms.periods import Period
from transforms.site import StatementSettings, load_site
from transforms.working_days import nth_working_day

PAGES = "/pages"

_LONDON = zoneinfo.ZoneInfo("Europe/London")
_HOUR = 6


class StatementDay(Timetable):
    """Each month on the statement day of the month after it, at six in the morning in England.

    A run's data interval is the month that it closes, in UTC, and its logical date the month's
    first day. The statement day is the working day of that number (Monday to Friday, less England's
    bank holidays).
    """

    def __init__(self, working_day: int) -> None:
        self.working_day = working_day
        self.description = (
            f"Closes each month on working day {working_day} of the month after it, at 6 o'clock"
        )

    @property
    def summary(self) -> str:
        return f"working day {self.working_day}"

    def serialize(self) -> dict[str, Any]:
        return {"working_day": self.working_day}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "StatementDay":
        return cls(data["working_day"])

    def infer_manual_data_interval(self, *, run_after: pendulum.DateTime) -> DataInterval:
        """A run by hand closes the last month whose statement day has come."""
        return _interval(self._last_due(run_after))

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        """The month after the last one; without catching up, none before the latest that is due."""
        if restriction.earliest is None:
            return None
        period = _first_from(restriction.earliest)
        if not restriction.catchup:
            period = max(period, self._last_due(pendulum.now("UTC")))
        if last_automated_data_interval is not None:
            period = max(period, _month_of(last_automated_data_interval.start).next())
        interval = _interval(period)
        if restriction.latest is not None and interval.start > restriction.latest:
            return None
        return DagRunInfo(run_after=self.statement_time(period), data_interval=interval)

    def statement_time(self, period: Period) -> pendulum.DateTime:
        """When a month is closed."""
        day = _statement_day(period, self.working_day)
        at = datetime.datetime.combine(day, datetime.time(_HOUR), tzinfo=_LONDON)
        return pendulum.instance(at).in_timezone("UTC")

    def _last_due(self, now: datetime.datetime) -> Period:
        period = _month_of(now).previous()
        return period if self.statement_time(period) <= now else period.previous()


@functools.lru_cache(maxsize=64)
def _statement_day(period: Period, working_day: int) -> datetime.date:
    return nth_working_day(period.next(), working_day)


def _month_of(moment: datetime.datetime) -> Period:
    return Period.containing(moment.astimezone(datetime.UTC).date())


def _first_from(moment: datetime.datetime) -> Period:
    """The first month that does not begin before a moment."""
    period = _month_of(moment)
    return period if _interval(period).start >= moment else period.next()


def _interval(period: Period) -> DataInterval:
    first, after = period.first_day, period.next().first_day
    return DataInterval(
        pendulum.datetime(first.year, first.month, first.day),
        pendulum.datetime(after.year, after.month, after.day),
    )


def statement_working_day() -> int:
    """[statements] statement_working_day of the site that `$PBC_SITE` names.

    Its default where there is no site to ask: tasks say what is wrong with it.
    """
    try:
        return load_site(Path(os.environ["PBC_SITE"])).config.statements.statement_working_day
    except (KeyError, PbcError):
        return StatementSettings().statement_working_day


class RunBegun(BaseDeadlineReference):
    """When a run was first queued: what is cleared in it later gives it no more time.

    Airflow's own DAGRUN_QUEUED_AT begins anew then, and in 3.3 that fails, so that no task of such
    a run could be cleared (apache/airflow#70368).
    """

    required_kwargs = frozenset({"dag_id", "run_id"})

    def _evaluate_with(self, *, session: Any, dag_id: str, run_id: str) -> datetime.datetime | None:
        from airflow.models import DagRun
        from sqlalchemy import select

        asked = select(DagRun.queued_at).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        queued_at: datetime.datetime | None = session.scalar(asked)
        return queued_at


class _PageLink(BaseOperatorLink):
    """A link from a task to one of the pages, whose address the task has pushed."""

    name = ""

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address that `push` put there in this run."""
        return str(ti_key.xcom_pull(task_ids=ti_key.task_id, key=f"page_{type(self).__name__}"))

    @classmethod
    def push(cls, ti: Any, *parts: str) -> None:
        """Let a running task's link lead to a page."""
        from airflow.sdk.configuration import conf

        base = conf.get("api", "base_url", fallback="").rstrip("/")
        ti.xcom_push(key=f"page_{cls.__name__}", value="/".join((f"{base}{PAGES}", *parts)))


class DataDocs(_PageLink):
    """To what a gate said."""

    name = "Data Docs"


class ControlReport(_PageLink):
    """To the commissioner's control report."""

    name = "Control report"


class Packages(_PageLink):
    """To the list of a revision's packages."""

    name = "Packages"


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """The pages, loaded when they are first asked for."""
    from transforms.airflow_pages import app

    await app(scope, receive, send)


_TIMETABLES = [StatementDay]
_DEADLINE_REFERENCES = [RunBegun]
_LINKS = [DataDocs(), ControlReport(), Packages()]
_NAME = "practice_budget_statements"
_APPS = [{"app": pages, "url_prefix": PAGES, "name": _NAME}]


class PracticeBudgetStatements(AirflowPlugin):
    """The plugin: an entry point of the group airflow.plugins."""

    name = _NAME
    timetables = _TIMETABLES
    deadline_references = _DEADLINE_REFERENCES
    operator_extra_links = _LINKS
    fastapi_apps = _APPS
