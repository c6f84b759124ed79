"""run.json: what differs from run to run. Timings, gate results, files held and refused just then.

It is outside all hashes: nothing of a package depends on it.
"""

from transforms import gates, package
from transforms.land import reports
from transforms.mark import Close
from transforms.periods import Period
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
            gates=gates.read_gates(site, code, close.period),
            held_files=tuple(
                package.HeldFile(file_name=name, rule=text[:3], text=text)
                for name, text in reports(site.held(code), alone=False)
            ),
            refused_files=tuple(
                package.RefusedFile(file_name=name, rule=text[:3], text=text)
                for name, text in reports(site.refused(code))
            ),
        ),
    )


def gate_ran(site: Site, code: str, period: Period, revision: int) -> None:
    """Take up what the gates of a period have said so far, and keep it with the revision."""
    folder = site.output(code, period, revision)
    judged = gates.keep_gates(site, code, period, folder)
    package.write_run(folder, package.read_run(folder).model_copy(update={"gates": judged}))
