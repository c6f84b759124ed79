"""run.json: what differs from run to run. Timings, gate results, files held and refused just then.

It is outside all hashes: nothing of a package depends on it.
"""

from pathlib import Path

from transforms import gates, package
from transforms.land import REPORT_SUFFIX
from transforms.mark import Close
from transforms.site import Site


def stage_ran(site: Site, close: Close, stage: str, seconds: float) -> None:
    """Write down how long a stage took; the first of a close begins a new record.

    Gate results and files not landed are taken up as they stand.
    """
    code = close.commissioner
    folder = site.output(code, close.period, close.revision)
    folder.mkdir(parents=True, exist_ok=True)
    is_first = stage == "episodes"
    before = package.Run() if is_first else package.read_run(folder)
    kept = tuple(each for each in before.stages if each.stage != stage)
    package.write_run(
        folder,
        package.Run(
            stages=(*kept, package.StageTiming(stage=stage, seconds=round(seconds, 3))),
            gates=() if is_first else gates.read_gates(site, code, close.period),
            held_files=tuple(
                package.HeldFile(file_name=name, rule=text[:3], text=text)
                for name, text in reports(site.held(code))
            ),
            refused_files=tuple(
                package.RefusedFile(file_name=name, rule=text[:3], text=text)
                for name, text in reports(site.refused(code))
            ),
        ),
    )


def reports(folder: Path) -> list[tuple[str, str]]:
    """The files of a folder that have a report beside them, by name, with what it says."""
    found = []
    for report in sorted(folder.glob(f"*{REPORT_SUFFIX}")) if folder.is_dir() else ():
        name, _, text = report.read_text(encoding="utf-8").strip().partition("\n")
        found.append((name, text.partition(": ")[2]))
    return found
