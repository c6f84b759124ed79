"""run.json: timings and gate results of a revision, which differ from run to run.

It is outside all hashes: nothing of a package depends on it.
"""

from transforms import gates, package
from transforms.mark import Close
from transforms.site import Site


def stage_ran(site: Site, close: Close, stage: str, seconds: float) -> None:
    """Write down how long a stage took; the first of a close begins a new record.

    Gate results are taken up as they stand.
    """
    folder = site.output(close.commissioner, close.period, close.revision)
    folder.mkdir(parents=True, exist_ok=True)
    before = package.read_run(folder) if stage != "episodes" else package.Run()
    kept = tuple(each for each in before.stages if each.stage != stage)
    package.write_run(
        folder,
        package.Run(
            stages=(*kept, package.StageTiming(stage=stage, seconds=round(seconds, 3))),
            gates=gates.read_gates(site, close.commissioner, close.period)
            if stage != "episodes"
            else (),
        ),
    )
