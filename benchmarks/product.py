"""Lands a site's inbox and closes a month, stage by stage, as the tasks of the DAG do.

A program that is measured: it runs in a process of its own (apart.py) and writes down what each
stage took, and what it came to, so that a peer's result can be compared with it.
"""

import argparse
from pathlib import Path
from typing import Any

from benchmarks.stages import Stages, size_of
from transforms import close, documents, land, warehouse
from transforms.mark import Close
from transforms.periods import Period
from transforms.site import Site, load_site

_CHARGES = (
    "select budget_holder, pod, cast(sum(amount) * 100 as bigint) "
    "from posting group by all having sum(amount) <> 0 order by all"
)
_POSITION = (
    "select practice_code, pod, month_spells, cast(month_actual * 100 as bigint), "
    "cast(month_budget * 100 as bigint), ytd_spells, cast(ytd_actual * 100 as bigint), "
    "cast(ytd_budget * 100 as bigint), cast(annual_budget * 100 as bigint) "
    "from position where close_number = $number order by all"
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Lands and closes a month, and says what it took.")
    parser.add_argument("site", type=Path)
    parser.add_argument("period", type=Period.parse)
    parser.add_argument("--render", type=int, default=0, help="practices whose documents are made")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    site = load_site(chosen.site)
    code = site.commissioner().code
    spill = site.config.warehouse.temp_directory
    stages = Stages(None if spill is None else Path(spill))
    with stages.stage("land"):
        landed = land.land_inbox(site, code)
    if unlanded := [file for file in landed if file.outcome != "landed"]:
        raise SystemExit(f"{unlanded[0].file_name} did not land: {unlanded[0].message}")
    judge(site, code, chosen.period, "land", stages)
    for stage in close.STAGES:
        with stages.stage(stage):
            run = close.run_stage(site, code, chosen.period, stage)
        judge(site, code, chosen.period, stage, stages)
    folder = site.output(code, chosen.period, run.close.revision)
    if chosen.render:
        codes = sorted(path.parent.name for path in folder.glob("*/statement.json"))
        codes = codes[: chosen.render]
        with stages.stage(f"documents of {len(codes)}"):
            documents.render(folder, codes, processes=1)
        with stages.stage("commissioner_documents"):
            documents.render_commissioner(folder)
    stages.write(
        chosen.out,
        records=sum(file.records or 0 for file in landed),
        quarantined=sum(file.quarantined or 0 for file in landed),
        warehouse=size_of(site.warehouse(code)),
        packages=size_of(folder),
        **outcome(site, code, run.close),
    )


def judge(site: Site, commissioner: str, period: Period, stage: str, stages: Stages) -> None:
    """Pass the gate that stands after a stage, if one does."""
    if stage in close.GATES:
        with stages.stage(f"gate {close.GATES[stage]}"):
            close.pass_gate(site, commissioner, period, close.GATES[stage])


def outcome(site: Site, commissioner: str, close: Close) -> dict[str, Any]:
    """What a close came to, in pence: charges by practice and POD, and the position."""
    purpose = "comparing a benchmark"
    with warehouse.open_warehouse(site, commissioner, purpose, read_only=True) as connection:
        return {
            "charges": connection.execute(_CHARGES).fetchall(),
            "position": connection.execute(_POSITION, {"number": close.number}).fetchall(),
        }


if __name__ == "__main__":
    main()
