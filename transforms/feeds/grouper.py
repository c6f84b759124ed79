"""Reads `grouper`, the result of the NHS grouper: CSV with an HRG for each episode.

It brings no records: its results join the episodes of feeds that carry no HRG, by provider, spell
number and episode number.
"""

import duckdb

from transforms import warehouse
from transforms.errors import RefusedFile
from transforms.feeds import Interchange, delimited
from transforms.feeds.cds62 import confirm_count
from transforms.feeds.file import FeedFile

FORMAT = "grouper"
_SENDER = "GROUPER"
_KEY = {
    "procodet": "provider_code",
    "provspno": "provider_spell_number",
    "epiorder": "episode_number",
}
_RESULTS = {"fce_hrg": "hrg_code", "spellhrg": "spell_hrg_code"}


class GrouperReader:
    """The reader of format `grouper`."""

    def __init__(self) -> None:
        self._results = 0

    def recognises(self, file: FeedFile) -> bool:
        names = set(delimited.column_names(file))
        known = len(names & set(_KEY)) + len(names & set(_RESULTS))
        return known >= len(_KEY) and bool(names & set(_RESULTS))

    def open(
        self, connection: duckdb.DuckDBPyConnection, file: FeedFile, first_scope: int
    ) -> Interchange:
        """Set up `submitted_result`, one row per result that can be joined."""
        names = delimited.column_names(file)
        wanted = _KEY | _RESULTS
        missing = [name.upper() for name in wanted if name not in names]
        repeated = [name.upper() for name in wanted if names.count(name) > 1]
        if missing or repeated:
            raise RefusedFile(
                "F04",
                f"Columns are {'missing' if missing else 'named twice'}: "
                f"{', '.join(missing or repeated)}.",
                line=1,
                mend="Ask for the grouper's results with all its columns.",
            )
        columns = [f"c{place}" for place in range(len(names))]
        read = ", ".join(
            f"{delimited.text(file, f'c{names.index(name)}')} as {read_as}"
            for name, read_as in wanted.items()
        )
        delimited.forget_rejects(connection)
        with delimited.reading():
            connection.execute(
                f"create or replace temp table feed_row as select {read} "
                f"from {delimited.source(file, columns, skip=1)}"
            )
        rows = delimited.read_whole_lines(
            connection, file, "feed_row", list(wanted.values()), len(names)
        )
        warehouse.run(connection, "feeds/grouper/submitted_result.sql")
        counted = connection.execute("select count(*) from submitted_result").fetchone()
        self._results = int(counted[0]) if counted else 0
        passed_over = rows - self._results
        return Interchange(
            format=FORMAT,
            interchange_id=file.sha256,
            sender=_SENDER,
            passed_over=passed_over,
            notices=(
                f"{passed_over} results passed over: without provider, spell number or episode "
                "number, or given again further down.",
            )
            if passed_over
            else (),
        )

    def confirm(self, connection: duckdb.DuckDBPyConnection, file: FeedFile, records: int) -> None:
        confirm_count(self._results, records)
