"""The sample's half-year through a real Airflow on PostgreSQL, by its own backfill of `month_end`.

What can go wrong goes wrong on the way. In April each task of `monthly_statements` is killed once
by SIGKILL, and the run is late. In June a gate stops the month, which stops the months after it,
until the threshold is mended and the backfill asked for again. At the end the books are those of a
site that `pbc` closed with none of this.
"""

import email
import hashlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import duckdb
import pytest
from aiosmtpd.controller import Controller

from scripts.embedded_airflow import COMMAND, free_port
from tests.dags.browser import person_at
from tests.golden.keep import TABLES, export_all
from tests.pipeline_run import done
from tests.running_airflow import ENDED, SETTINGS, RunningAirflow, running_airflow
from tests.sample_site import COMMISSIONER, PERIODS
from transforms.alerts import ALERTS_TO

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("running_airflow")]

APRIL, MAY, JUNE, JULY, AUGUST, SEPTEMBER = PERIODS
MONTH, MONTH_END = "monthly_statements", "month_end"
THRESHOLD = "\n[gates.charges.suspense_percent]\nwarn = 0\nstop = 0\n"

# A task is killed at its first try in April: in the middle of its work, at a moment drawn by its
# name, or at the latest when all is done and Airflow has not been told. SETTINGS end in
# `task_policy`, and so this begins there.
KILLS = f"""{SETTINGS}
    if task.dag_id == "{MONTH}":
        task.python_callable = killed_once(task.python_callable)

def killed_once(function):
    import functools, os, random, signal, threading, time

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def die_after(seconds):
        time.sleep(seconds)
        die()

    @functools.wraps(function)
    def run(*arguments, **options):
        from airflow.sdk import get_current_context

        context = get_current_context()
        if context["params"]["period"] != "{APRIL}" or context["ti"].try_number > 1:
            return function(*arguments, **options)
        seconds = random.Random(function.__name__).uniform(0.2, 2)
        threading.Thread(target=die_after, args=(seconds,), daemon=True).start()
        function(*arguments, **options)
        die()

    return run
"""


@dataclass
class Inbox:
    """Mails as they come in."""

    mails: list[Message] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@dataclass(frozen=True)
class HalfYear:
    """A half-year played: the Airflow that did it, still running, and what it said on the way."""

    airflow: RunningAirflow
    site: Path
    late: list[Message]
    stopped: dict[str, str]
    why: dict[str, str]


def ends(airflow: RunningAirflow) -> dict[str, str]:
    """The state of the backfill's run for each month."""
    return {
        run["logical_date"][:7]: run["state"]
        for run in airflow.runs(MONTH_END)
        if run["run_type"] == "backfill"
    }


def backfill(airflow: RunningAirflow, first: str, last: str, *more: str) -> None:
    """Ask for missed months as the documentation says."""
    subprocess.run(
        [
            *(COMMAND, "backfill", "create", "--dag-id", MONTH_END, "--max-active-runs", "1"),
            *("--from-date", f"{first}-01", "--to-date", f"{last}-01", *more),
        ],
        env=airflow.environ,
        check=True,
        capture_output=True,
    )


def wait_for_backfill(airflow: RunningAirflow) -> None:
    airflow.wait_for(
        "the end of the backfill",
        lambda: not airflow.query("select id from backfill where completed_at is null"),
    )


def of_month(period: str) -> str:
    """The run of `monthly_statements` that `month_end` starts."""
    return f"month_end__{COMMISSIONER}__{period}"


def be_late(airflow: RunningAirflow, inbox: Inbox, period: str) -> None:
    """Put a month's deadline, which has hours yet, into the past, and wait for what is told."""
    told = len(inbox.mails)
    airflow.query(
        "update deadline set deadline_time = now() - interval '1 second' where dagrun_id = "
        "(select id from dag_run where dag_id = %s and logical_date = %s)",
        *(MONTH_END, f"{period}-01T00:00Z"),
    )
    airflow.wait_for(f"mail that {period} is late", lambda: len(inbox.mails) > told)


@pytest.fixture(scope="module")
def half_year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HalfYear]:
    place = tmp_path_factory.mktemp("half_year")
    site = place / "site"
    done(site, "init", str(site), "--sample")
    inbox = Inbox()
    post = Controller(inbox, hostname="127.0.0.1", port=free_port())
    post.start()
    mail = {
        "AIRFLOW__SMTP__SMTP_HOST": "127.0.0.1",
        "AIRFLOW__SMTP__SMTP_PORT": str(post.port),
        "AIRFLOW__SMTP__SMTP_STARTTLS": "False",
        "AIRFLOW__SMTP__SMTP_SSL": "False",
        "AIRFLOW__SMTP__SMTP_MAIL_FROM": "airflow@example.nhs.uk",
        ALERTS_TO: "late@example.nhs.uk",
    }
    try:
        with running_airflow(site, place / "airflow", KILLS, **mail) as airflow:
            for dag in (MONTH, MONTH_END, "deliver_statements"):
                airflow.know(dag)
            airflow.ask("PATCH", f"/api/v2/dags/{MONTH_END}", {"is_paused": False})
            # Nothing is to be delivered.
            airflow.ask("PATCH", "/api/v2/dags/deliver_statements", {"is_paused": True})
            backfill(airflow, APRIL, MAY)
            airflow.wait_for("April's run", lambda: airflow.runs(MONTH))
            be_late(airflow, inbox, APRIL)
            wait_for_backfill(airflow)

            settings = site / "site.toml"
            before = settings.read_text()
            settings.write_text(before + THRESHOLD)
            backfill(airflow, JUNE, SEPTEMBER)
            wait_for_backfill(airflow)
            be_late(airflow, inbox, JUNE)
            stopped = ends(airflow)
            why = {
                "gate": airflow.log(MONTH, of_month(JUNE), "gate_charges"),
                "next": airflow.log(
                    MONTH_END,
                    next(
                        run["dag_run_id"]
                        for run in airflow.runs(MONTH_END)
                        if run["logical_date"].startswith(JULY)
                    ),
                    "commissioner.month_before",
                    0,
                ),
            }

            settings.write_text(before)
            backfill(airflow, JUNE, SEPTEMBER, "--reprocess-behavior", "failed")
            airflow.wait_for("the last month", lambda: ends(airflow)[SEPTEMBER] in ENDED)
            yield HalfYear(airflow, site, inbox.mails, stopped, why)
    finally:
        post.stop()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same months from the same inbox, closed by the command line."""
    site = tmp_path_factory.mktemp("undisturbed") / "site"
    done(site, "init", str(site), "--sample")
    done(site, "land")
    for period in PERIODS:
        done(site, "close", period)
    return site


def test_every_month_comes_to_its_end_in_order(half_year: HalfYear) -> None:
    airflow = half_year.airflow
    assert ends(airflow) == dict.fromkeys(PERIODS, "success")
    runs = {run["dag_run_id"]: run for run in airflow.runs(MONTH)}
    assert sorted(runs) == [of_month(period) for period in PERIODS]
    assert {run["state"] for run in runs.values()} == {"success"}
    begun = [runs[of_month(period)]["start_date"] for period in PERIODS]
    ended = [runs[of_month(period)]["end_date"] for period in PERIODS]
    assert all(end <= start for end, start in zip(ended[:-1], begun[1:], strict=True))


def test_a_failed_month_stops_the_next(half_year: HalfYear) -> None:
    done_before = {APRIL: "success", MAY: "success"}
    assert half_year.stopped == done_before | dict.fromkeys(
        (JUNE, JULY, AUGUST, SEPTEMBER), "failed"
    )
    assert "The gate charges stopped 2004-06: nothing was posted." in half_year.why["gate"]
    assert "2004-06 is not closed to the end (last stage: attribution)" in half_year.why["next"]


def test_each_task_was_killed_once_and_tried_again(half_year: HalfYear) -> None:
    tasks = half_year.airflow.tasks(MONTH, of_month(APRIL))
    tries = {key: each["try_number"] for key, each in tasks.items() if key[0] != "verify"}
    assert len({task for task, _ in tries}) == 16
    assert set(tries.values()) == {2}
    logs = half_year.airflow.home / "logs" / f"dag_id={MONTH}" / f"run_id={of_month(APRIL)}"
    firsts = sorted(logs.rglob("attempt=1.log"))
    assert len(firsts) == len(tries)
    assert [log for log in firsts if "SIGKILL" not in log.read_text()] == []


def test_the_books_are_those_of_months_that_nothing_disturbed(
    half_year: HalfYear, undisturbed: Path, tmp_path: Path
) -> None:
    for period in PERIODS:
        for name, site in (("run", half_year.site), ("undisturbed", undisturbed)):
            export_all(site, tmp_path / name / period, period)
        for table in TABLES:
            run, other = (
                tmp_path / name / period / f"{table}.csv" for name in ("run", "undisturbed")
            )
            assert run.read_bytes() == other.read_bytes(), f"{table} of {period}"
        assert packages(half_year.site, period) == packages(undisturbed, period)


def packages(site: Path, period: str) -> dict[str, str]:
    """SHA-256 of every file of a month's packages."""
    folder = site / "out" / COMMISSIONER / period / "r1"
    paths = [folder / "manifest.json", folder / "control.json"]
    paths += sorted([*folder.glob("*/statement.json"), *folder.glob("*/charges.parquet")])
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }


def test_a_late_month_is_told_whether_it_still_runs_or_has_failed(half_year: HalfYear) -> None:
    subjects = [mail["Subject"] for mail in half_year.late]
    assert subjects == ["Late: month_end of 2004-04", "Late: month_end of 2004-06"]
    for mail in half_year.late:
        assert mail["To"] == "late@example.nhs.uk"
        text = mail.get_payload(0).get_payload(decode=True).decode()
        assert "has not come to its end by its deadline" in text


LINKS = (
    ("gate_charges", "Data Docs", f"{SEPTEMBER}/gates/charges/index.html", "Spells of the month"),
    ("commissioner_documents", "Control report", "r1/control_report.html", "Quality gates"),
    ("commissioner_documents", "Packages", "r1/packages.html", "SHA-256"),
)


def test_a_person_at_the_ui_sees_the_month_and_follows_its_links(
    half_year: HalfYear, tmp_path: Path
) -> None:
    airflow = half_year.airflow
    with person_at(airflow.address, tmp_path) as ann:
        ann.sign_in(airflow.user, airflow.password)

        ann.open(f"/dags/{MONTH}")
        ann.click("//button[@aria-label='Dag Docs']")
        ann.sees("One commissioner's month, from the inbox to the practices' statements")
        ann.picture("docs of the DAG")

        ann.open(f"/dags/{MONTH}/runs/{of_month(SEPTEMBER)}")
        ann.click("//button[@aria-label='Expand all task groups']")
        ann.sees("records", "gate_feed", "charges", "accounts", "rendering", "documents")
        ann.picture("grid")

        ann.open(f"/dags/{MONTH}/tasks/gate_charges")
        ann.click("//button[@aria-label='Documentation']")
        ann.sees("May these charges be posted?", "pbc rows PERIOD charges.FIGURE")
        ann.picture("docs of a task")

        for task, link, leads_to, shows in LINKS:
            ann.open(f"/dags/{MONTH}/runs/{of_month(SEPTEMBER)}/tasks/{task}/details")
            ann.click(f"//a[normalize-space()='{link}']")
            ann.sees(shows)
            assert ann.browser.current_url.endswith(leads_to)
            ann.picture(link)
        ann.click("//a[normalize-space()='Control report']")
        ann.sees("Quality gates")


def test_airflow_keeps_no_patient_s_number(half_year: HalfYear) -> None:
    """In metadata, logs and rendered templates, of whole runs and of killed and failed ones."""
    kept = half_year.airflow.kept()
    for known in (of_month(SEPTEMBER), "records landed", "op_kwargs", "SIGKILL", "Y90001"):
        assert known in kept
    found = {number.replace(" ", "") for number in re.findall(r"\d{3} \d{3} \d{4}", kept)}
    for digits in re.findall(r"\d{10,}", kept):
        found |= {digits[start : start + 10] for start in range(len(digits) - 9)}
    numbers = nhs_numbers(half_year.site)
    assert len(numbers) > 1000
    assert found & numbers == set()


def nhs_numbers(site: Path) -> set[str]:
    """Every NHS number of the sample: those of its feeds and those of its register."""
    with duckdb.connect(
        str(site / "warehouse" / f"{COMMISSIONER}.duckdb"), read_only=True
    ) as connection:
        return {
            number
            for (number,) in connection.execute(
                "select nhs_number from record union "
                f"select nhs_number from read_csv('{site}/reference/registrations.csv', "
                "all_varchar = true)"
            ).fetchall()
            if number
        }
