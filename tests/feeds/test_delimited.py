"""Delimited files so large that they are read in parts of their own size."""

import os
from pathlib import Path

import duckdb
import pytest

from transforms.feeds import delimited
from transforms.feeds.file import inspect

ROWS = 300_000
COLUMNS = ("number", "text", "rest")
REST = "the rest of a row that is long enough for parts of some mebibytes"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_parts_of_a_large_file(
    line_end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands where one part ends and the next begins: order, values, rows cut short."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    quoted = f'"a, b ""c""{line_end}d"'
    rows = [f"{number},{quoted},{REST} {number}" for number in range(ROWS)]
    cut = (120_000, 250_000)
    for number in cut:
        rows[number] = f"{number},{quoted}"
    content = line_end.join(["number,text,rest", *rows, ""])
    (tmp_path / "feed.csv").write_bytes(content.encode("ascii"))
    file = inspect(tmp_path / "feed.csv")
    source = delimited.source(file, COLUMNS, skip=1)
    assert "buffer_size" in source

    with duckdb.connect() as connection:
        connection.execute(f"create table read as select * from {source}")
        rejects = delimited.rejects(connection)
        found = connection.execute(
            "select count(*) from read where number::bigint = rowid "
            "+ case when rowid < $first then 0 when rowid < $second - 1 then 1 else 2 end "
            "and text = $text and rest = $rest || ' ' || number",
            {
                "first": cut[0],
                "second": cut[1],
                "text": f'a, b "c"{line_end}d',
                "rest": REST,
            },
        ).fetchone()
    assert found == (ROWS - len(cut),)
    # DuckDB counts a row as a line, whatever line ends are in it.
    assert [(reject.line, reject.kind) for reject in rejects] == [
        (number + 2, str(number)[:3]) for number in cut
    ]

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    assert "buffer_size" not in delimited.source(file, COLUMNS, skip=1)


def test_a_small_file_is_read_as_duckdb_does_by_itself(tmp_path: Path) -> None:
    (tmp_path / "feed.csv").write_text("number,text,rest\n1,a,b\n")
    assert "buffer_size" not in delimited.source(inspect(tmp_path / "feed.csv"), COLUMNS, skip=1)
