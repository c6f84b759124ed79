"""The control report: one HTML page from which a data engineer can run the month. No patient data.

It shows the close's control figures and the run's timings and gate results, names first what waits
for a person, and needs no file but itself; only the links to Data Docs lead elsewhere.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from transforms.documents import formats
from transforms.documents.templates import environment
from transforms.package import Control, GateCheck, GateRun, Run


@dataclass(frozen=True)
class Attention:
    """Something that waits for a person: `serious` stops the month, the rest should be known."""

    serious: bool
    text: str
    anchor: str


def control_report(control: Control, run: Run) -> str:
    """The whole page."""
    waiting = attention(control, run)
    template = environment().get_template("control/control_report.html")
    return template.render(
        control=control,
        run=run,
        waiting=waiting,
        serious=[item for item in waiting if item.serious],
        answer=answer(control, run),
        safe_link=safe_link,
        failed_checks=failed_checks,
        duration=duration,
        new_interchanges=[one for one in control.interchanges if one.new_in_period],
        old_interchanges=[one for one in control.interchanges if not one.new_in_period],
    )


def attention(control: Control, run: Run) -> list[Attention]:
    """What waits for a person, the serious first."""
    items = []
    for tie in control.ties:
        if not tie.holds:
            items.append(Attention(True, f"Does not tie: {tie.name}.", "ties"))
    for gate in run.gates:
        if gate.status == "failed":
            items.append(Attention(True, f"Gate {gate.gate} failed.", "gates"))
    for held in run.held_files:
        items.append(Attention(True, f"{held.file_name} is held: {held.text}", "files"))
    for refused in run.refused_files:
        items.append(
            Attention(False, f"{refused.file_name} was refused ({refused.rule}).", "files")
        )
    for gate in run.gates:
        if gate.status == "warning":
            number = len(failed_checks(gate))
            checks = "check warns" if number == 1 else "checks warn"
            items.append(Attention(False, f"Gate {gate.gate}: {number} {checks}.", "gates"))
    return items


def answer(control: Control, run: Run) -> str:
    """The answer at the top of the page."""
    off = sum(not tie.holds for tie in control.ties)
    failed = [gate.gate for gate in run.gates if gate.status == "failed"]
    if off:
        return f"{off} control {'total does' if off == 1 else 'totals do'} not tie"
    if failed:
        return f"The {formats.listed(failed)} {'gate' if len(failed) == 1 else 'gates'} failed"
    if run.held_files:
        number = len(run.held_files)
        return f"Everything ties; {number} {'file waits' if number == 1 else 'files wait'} for you"
    return "Everything ties"


def failed_checks(gate: GateRun) -> list[GateCheck]:
    """A gate's checks that did not pass."""
    return [check for check in gate.checks if not check.passed]


def safe_link(path: str | None) -> str | None:
    """A path to link to, if it is relative and a path: no scheme, no host, no root."""
    if path is None or ":" in path or "\\" in path or PurePosixPath(path).is_absolute():
        return None
    return path


def duration(seconds: float) -> str:
    """How long a stage took: ``0.4 s``, ``1 min 20 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
