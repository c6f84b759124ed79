"""The control totals of a close: everything that must tie, worked out in two ways.

The warehouse's tables are added up in two ways each (sql/verify); the packages are read back,
hashed against the manifest and added up against the warehouse. `pbc verify` shows the totals, and
the gate `statements` judges them.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import duckdb

from transforms import package, warehouse
from transforms.mark import Close

LastGood = Literal["last_good_record", "live_record"]

_COLUMNS = "tie, control, key, unit, left_name, left_figure, right_name, right_figure"


def work_out(
    connection: duckdb.DuckDBPyConnection,
    close: Close,
    folder: Path,
    last_good: LastGood = "last_good_record",
) -> None:
    """Make the temporary table control_total of a close whose packages lie in a folder.

    One row per tie and key: `left_figure` and `right_figure` must be equal. `last_good` names what
    says the fate of each identifier's last good record: for any close it is worked out anew, and of
    the last one the stage `episodes` has kept it.
    """
    close.set_variables(connection)
    connection.execute("set variable folder = $folder", {"folder": str(folder)})
    connection.execute(f"create or replace temp table fate as from interchange_fate('{last_good}')")
    connection.execute(
        f"create or replace temp table control_total as select {_COLUMNS} "
        f"from ({warehouse.read('verify/total.sql')})"
    )
    if not (folder / package.MANIFEST_FILE).exists():
        _add_packages(connection, "The packages are complete", "manifest.json", "expected", 1, 0)
        return
    manifest = package.read_manifest(folder)

    def is_same(file: package.FileHash) -> bool:
        path = folder / file.path
        return path.exists() and package.file_hash(folder, path).sha256 == file.sha256

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        same = list(pool.map(is_same, manifest.files))
    connection.execute(
        "insert into control_total select 'manifest', 'A file is what the manifest says', "
        "unnest($paths), 'files', 'listed', 1, 'the same', unnest($same::integer[])",
        {"paths": [file.path for file in manifest.files], "same": same},
    )
    made = connection.execute(
        "select count(*) from statement where close_number = getvariable('close_number')"
    ).fetchone()
    _add_packages(
        connection,
        "Every statement has its package",
        "",
        "statements made",
        int(made[0]) if made else 0,
        len(manifest.practices),
    )
    # A file that is not what the manifest lists says so above, and may not even be readable.
    if manifest.practices and all(same):
        connection.execute(
            f"insert into control_total select {_COLUMNS} "
            f"from ({warehouse.read('verify/package_total.sql')})"
        )


def _add_packages(
    connection: duckdb.DuckDBPyConnection,
    control: str,
    key: str,
    left_name: str,
    left: int,
    right: int,
) -> None:
    connection.execute(
        "insert into control_total "
        "values ('packages', $control, $key, 'files', $left_name, $left, 'packages', $right)",
        {"control": control, "key": key, "left_name": left_name, "left": left, "right": right},
    )
