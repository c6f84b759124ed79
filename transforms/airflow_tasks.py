"""What the DAGs' tasks share: their site, how they fail and are tried again, their parameters.

Every DAG file imports it, so it imports nothing heavy.
"""

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import Asset, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from transforms.errors import ControlFailure, PbcError, UsageError
from transforms.site import Site, load_site

STATEMENTS = Asset("statements")
"""Says that a month's packages and documents are there."""


def default_args(
    *,
    retries: int = 3,
    retry_delay: timedelta = timedelta(seconds=20),
    max_retry_delay: timedelta = timedelta(minutes=10),
) -> dict[str, Any]:
    """A DAG's `default_args`: what fails is tried again, each time after twice as long."""
    return {
        "owner": "information",
        "retries": retries,
        "retry_delay": retry_delay,
        "retry_exponential_backoff": True,
        "max_retry_delay": max_retry_delay,
    }


def month_params(period: str) -> dict[str, Param]:
    """The parameters of a DAG that is about one commissioner's month; `period` describes that."""
    return {
        "commissioner": Param(
            None, type=["null", "string"], title="Commissioner", description="ODS code"
        ),
        "period": Param(
            None,
            type=["null", "string"],
            pattern="^[0-9]{4}-(0[1-9]|1[0-2])$",
            title="Period",
            description=period,
        ),
    }


@contextlib.contextmanager
def site_of_task() -> Iterator[Site]:
    """The site that `$PBC_SITE` names; users' errors end the running task with their text alone.

    Trying again would not mend what a person must: AirflowFailException forgoes the retries. What
    the machine failed at (a disk, memory) is tried again.
    """
    try:
        if "PBC_SITE" not in os.environ:
            raise UsageError("PBC_SITE is not set: start Airflow with it naming the site.")
        yield load_site(Path(os.environ["PBC_SITE"]))
    except PbcError as error:
        failure = AirflowException if _is_the_machine_s(error) else AirflowFailException
        raise failure(str(error)) from None


def _is_the_machine_s(error: PbcError) -> bool:
    import duckdb

    return isinstance(error, ControlFailure) and isinstance(
        error.__cause__, OSError | duckdb.IOException | duckdb.OutOfMemoryException
    )


def share_out(practices: list[str], *, each: int, most: int) -> list[list[str]]:
    """Practice codes in chunks of nearly equal size, about `each` to one, `most` at the most."""
    count = min(most, -(-len(practices) // each))
    return [practices[part::count] for part in range(count)]
