"""The command line `pbc`: the same functions that the DAG tasks call, for a person at a terminal.

Exit codes: 0 done; 1 a control or gate failed, or a file is held; 2 wrong usage or a refused file.
"""

import dataclasses
import datetime
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from transforms.errors import ControlFailure, PbcError, UsageError
from transforms.periods import Period
from transforms.site import Commissioner, Site, load_site

if TYPE_CHECKING:
    from transforms.land import LandedFile
    from transforms.package import GateRun

_HELD = 1
_FAILED = 1
_REFUSED = 2


class _Commands(typer.core.TyperGroup):
    """The commands; an error that a user can act on is printed as its text and nothing more."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PbcError as error:
            typer.echo(f"pbc: {error}", err=True)
            raise typer.Exit(error.exit_code) from None
        except BrokenPipeError:
            raise  # whoever read the output has read enough
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            typer.echo(
                f"pbc: The machine gave out: {error.strerror or error}{where}. What stood before "
                "stands. Free space, or mend what the message names, then run the same command "
                "again.",
                err=True,
            )
            raise typer.Exit(_FAILED) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Monthly budget statements for practices, from hospital activity feeds.",
)

SiteOption = Annotated[
    Path, typer.Option("--site", envvar="PBC_SITE", help="The site's directory.", show_default=True)
]
CommissionerOption = Annotated[
    str | None,
    typer.Option("--commissioner", help="Whose; needed only where the site has several."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print for machines.")]
PeriodArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="A month, YYYY-MM.")]

_HERE = Path()


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The site to make.")],
    sample: Annotated[
        bool, typer.Option("--sample", help="The synthetic sample site, feeds in its inbox.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a site."""
    from transforms import new_site

    new_site.make(directory, sample=sample)
    if as_json:
        _print_json({"site": directory, "sample": sample})
        return
    typer.echo(f"Made {'the sample site' if sample else 'a new site'} in {directory}.")


@app.command()
def land(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Feed files; without any, the whole inbox."),
    ] = None,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Land feed files (which stay where they are), or the whole inbox (which is emptied)."""
    from transforms import land as stage

    where, who = _site(site, commissioner)
    with _progress() as progress:
        if files:
            landed = stage.land_files(where, who.code, files, progress=progress)
        else:
            landed = stage.land_inbox(where, who.code, progress=progress)
    _tell_landed(landed, as_json=as_json)
    _exit(_exit_code_of(landed))


InterchangeArgument = Annotated[
    str,
    typer.Argument(
        metavar="INTERCHANGE",
        help="Its identifier, SENDER:INTERCHANGE where two senders share one, or its file's name.",
    ),
]


@app.command()
def release(
    interchange: InterchangeArgument,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Land a file that is held."""
    from transforms import held

    where, who = _site(site, commissioner)
    landed = [held.release(where, who.code, interchange)]
    _tell_landed(landed, as_json=as_json)
    _exit(_exit_code_of(landed))


@app.command()
def reject(
    interchange: InterchangeArgument,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse a file that is held, for good."""
    from transforms import held

    where, who = _site(site, commissioner)
    _tell_landed([held.reject(where, who.code, interchange)], as_json=as_json)


@app.command()
def close(
    period: PeriodArgument,
    revise: Annotated[
        bool, typer.Option("--revise", help="After issue: post the difference as a revision.")
    ] = False,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a month: episodes to packages, with their gates, in one go."""
    from transforms import close as closing

    where, who = _site(site, commissioner)
    asked = Period.parse(period)
    if closing.is_closed_for_good(where, who.code, asked):
        _tell_closed_for_good(asked)
        _exit(_verify(where, who, asked, as_json=as_json))
        return
    with _progress() as progress:
        closed = closing.close_period(where, who.code, asked, revise=revise, progress=progress)
    if as_json:
        _print_json({"folder": closed.folder, "stages": closed.runs, "gates": closed.gates})
    else:
        _tell_gates(closed.gates)
        typer.echo(f"Closed {asked} for {who.code}: packages in {closed.folder}")


@app.command()
def render(
    period: PeriodArgument,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the documents of a closed month from its packages."""
    from transforms import close as closing
    from transforms import gates

    where, who = _site(site, commissioner)
    asked = Period.parse(period)
    folder = closing.folder_of(where, who.code, asked)
    gates.refuse_what_was_stopped(where, who.code, asked)
    with _progress() as progress:
        _render(folder, progress)
    if as_json:
        _print_json({"folder": folder})
    else:
        typer.echo(f"Documents in {folder}")


@app.command()
def run(
    period: PeriodArgument,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Land the inbox, close a month and make its documents."""
    from transforms import close as closing
    from transforms import land as stage

    where, who = _site(site, commissioner)
    asked = Period.parse(period)
    with _progress() as progress:
        landed = stage.land_inbox(where, who.code, progress=progress)
    if not as_json:
        _tell_landed(landed, as_json=False)
    if closing.is_closed_for_good(where, who.code, asked):
        _tell_closed_for_good(asked)
        verified = _verify(where, who, asked, as_json=as_json, landed=landed)
        _exit(max(_exit_code_of(landed), verified))
        return
    try:
        with _progress() as progress:
            closed = closing.close_period(where, who.code, asked, progress=progress)
            _render(closed.folder, progress)
    except PbcError as error:
        if as_json:
            _print_json({"landed": landed, "error": str(error)})
        raise
    if as_json:
        _print_json(
            {
                "landed": landed,
                "folder": closed.folder,
                "stages": closed.runs,
                "gates": closed.gates,
            }
        )
    else:
        _tell_gates(closed.gates)
        typer.echo(f"Statements, detail files and control report of {asked} in {closed.folder}")
    _exit(_exit_code_of(landed))


budgets_app = typer.Typer(no_args_is_help=True, help="Set a year's budgets; print their letters.")
app.add_typer(budgets_app, name="budgets")

YearArgument = Annotated[str, typer.Argument(metavar="FY", help="A financial year, 2004/05.")]


@budgets_app.command("set")
def set_budgets(
    financial_year: YearArgument,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set budgets by the site's rule: shows what changes, and writes reference/budgets.csv."""
    from transforms.budgets import setting

    where, who = _site(site, commissioner)
    done = setting.set_budgets(where, who.code, financial_year, dry_run=dry_run)
    if as_json:
        _print_json(done)
    else:
        setting.show(done)


@budgets_app.command("letters")
def budget_letters(
    financial_year: YearArgument,
    practice: Annotated[
        str | None, typer.Option("--practice", help="Of one practice, by its code.")
    ] = None,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a letter for each practice: how its budget was worked out, one page."""
    from transforms import documents
    from transforms.budgets import letters

    where, who = _site(site, commissioner)
    made = letters.make(where, who.code, financial_year, practice)
    with _progress() as progress:
        rendered = documents.render_letters(
            made.folder,
            made.practices,
            progress=None if progress is None else lambda done, of: progress("letters", done, of),
        )
    if as_json:
        _print_json({"folder": made.folder, "files": rendered.files})
    else:
        typer.echo(f"{len(rendered.files)} budget letters in {made.folder}")


@app.command()
def export(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="See 'pbc export --help'.")],
    period: Annotated[str, typer.Option("--period", help="A closed month, YYYY-MM.")],
    format: Annotated[
        Literal["csv", "parquet"], typer.Option("--format", help="The file's format.")
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; else standard output.")
    ] = None,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a table of a closed month.

    Tables: budgets, charges, fates, not_responsible, position, postings, quarantine.
    """
    from transforms import export as exports

    where, who = _site(site, commissioner)
    asked = Period.parse(period)
    if as_json and out is None:
        format = "parquet"  # which keeps the types
    _write_out(
        out,
        f"{table}.{format}",
        lambda path: exports.export(where, who.code, table, asked, format, path),
        as_json=as_json,
    )


@app.command()
def rows(
    period: PeriodArgument,
    figure: Annotated[
        str, typer.Argument(metavar="GATE.FIGURE", help="As a gate's result names it.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; else standard output.")
    ] = None,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the rows behind a gate's figure, as CSV. They hold patient data."""
    from transforms import gates

    where, who = _site(site, commissioner)
    asked = Period.parse(period)
    _write_out(
        out,
        "rows.csv",
        lambda path: gates.write_rows(where, who.code, asked, figure, path),
        as_json=as_json,
    )


@app.command()
def verify(
    period: PeriodArgument,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Work out every control total of a closed month again, from its outputs."""
    where, who = _site(site, commissioner)
    _exit(_verify(where, who, Period.parse(period), as_json=as_json))


@app.command()
def explain(
    spell_id: Annotated[
        str, typer.Argument(metavar="SPELL_ID", help="As in the export 'charges': RXA-S0000001.")
    ],
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how a spell came to its price, its practice and its postings."""
    from transforms import explain as explaining

    where, who = _site(site, commissioner)
    told = explaining.explain(where, who.code, spell_id)
    if as_json:
        _print_json(told)
    else:
        typer.echo(explaining.show(told))


PracticesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PRACTICE]...", help="Practice codes; without any, all of them."),
]


@app.command()
def approve(
    period: PeriodArgument,
    practices: PracticesArgument = None,
    reject: Annotated[
        bool, typer.Option("--reject", help="Reject instead: they are not sent.")
    ] = False,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve the statements of a closed and rendered month for sending, as they now are."""
    from transforms.delivery import approving, report

    where, who = _site(site, commissioner)
    decide = approving.reject if reject else approving.approve
    decided = decide(where, who.code, Period.parse(period), practices or None)
    if as_json:
        _print_json({"statements": decided})
    else:
        report.show_decided(decided)
    _exit(_FAILED if any(each.outcome == "refused" for each in decided) else 0)


@app.command()
def send(
    period: PeriodArgument,
    practices: PracticesArgument = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write the messages as .eml files instead.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="With --dry-run: the folder to write them to.")
    ] = None,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send the approved statements of a month, each once to each of its recipients."""
    from transforms.delivery import report, sending

    where, who = _site(site, commissioner)
    asked = Period.parse(period)
    if out is not None and not dry_run:
        raise UsageError("--out goes with --dry-run: messages that are sent are written nowhere.")
    if dry_run:
        delivery = sending.dry_run(where, who.code, asked, practices or None, out=out)
    else:
        with _progress() as progress:
            delivery = sending.send(
                where,
                who.code,
                asked,
                practices or None,
                progress=None if progress is None else lambda n, of: progress("messages", n, of),
            )
    if as_json:
        _print_json(delivery)
    else:
        report.show_delivery(delivery)
    _exit(0 if delivery.complete else _FAILED)


@app.command()
def issue(
    period: PeriodArgument,
    how: Annotated[
        str,
        typer.Option("--how", help="How they left, such as 'printed and posted'; no patient data."),
    ],
    practices: PracticesArgument = None,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mark statements of a closed and rendered month as issued: they left by other means.

    They are not sent then, and the month is only revised.
    """
    from transforms.delivery import issuing, report

    where, who = _site(site, commissioner)
    marked = issuing.mark(where, who.code, Period.parse(period), practices or None, how=how)
    if as_json:
        _print_json({"statements": marked})
    else:
        report.show_marked(marked)
    _exit(_FAILED if any(each.outcome == "refused" for each in marked) else 0)


@app.command()
def outbox(
    period: Annotated[
        str | None, typer.Argument(metavar="[PERIOD]", help="A month, YYYY-MM; else all.")
    ] = None,
    resolve: Annotated[
        str | None,
        typer.Option("--resolve", metavar="MESSAGE-ID", help="Settle an unknown message by hand."),
    ] = None,
    went: Annotated[
        Literal["sent", "not-sent"] | None,
        typer.Option("--as", help="With --resolve: it arrived; or it did not, and goes again."),
    ] = None,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Which message stands where; or a person's word on one whose fate is unknown."""
    from transforms.delivery import report, sending

    where, who = _site(site, commissioner)
    if (resolve is None) != (went is None):
        raise UsageError("--resolve MESSAGE-ID and --as sent (or not-sent) go together.")
    if resolve is not None:
        messages = [sending.resolve(where, who.code, resolve, went=went == "sent")]
    else:
        asked = None if period is None else Period.parse(period)
        messages = sending.listed(where, who.code, asked)
    if as_json:
        _print_json({"messages": messages})
    else:
        report.show_messages(messages)


@app.command()
def audit(
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; else standard output.")
    ] = None,
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Export who approved, sent and refused what, when, as CSV; and prove that it is whole."""
    from transforms.delivery import audit as audits

    where, who = _site(site, commissioner)
    entries = audits.entries(where, who.code)
    if as_json:
        _print_json({"entries": entries})
    elif out is not None:
        out.write_text(audits.as_csv(entries), encoding="utf-8")
    else:
        typer.echo(audits.as_csv(entries), nl=False)
    altered = audits.first_altered(entries)
    if altered is not None:
        raise ControlFailure(
            f"The audit of {who.code} was altered: row {altered} does not follow from the rows "
            "before it. Compare it with a backup of delivery/."
        )


@app.command()
def status(
    site: SiteOption = _HERE,
    commissioner: CommissionerOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is landed, held, refused, closed, rendered and sent, per commissioner."""
    from transforms import status as standing

    where = load_site(site)
    codes = [where.commissioner(commissioner)] if commissioner else list(where.config.commissioners)
    found = [standing.of(where, each.code) for each in codes]
    if as_json:
        _print_json({each.commissioner: each for each in found})
    else:
        for each in found:
            standing.show(each)


def _write_out(
    out: Path | None, name: str, write: Callable[[Path], None], *, as_json: bool
) -> None:
    """Let `write` make a file: the one asked for, or one that goes to standard output."""
    if out is not None:
        if out.is_dir():
            raise UsageError(f"{out} is a folder: give --out the file to write.")
        write(out)
        if as_json:
            _print_json({"file": out})
        return
    with tempfile.TemporaryDirectory(prefix="pbc-out-") as folder:
        aside = Path(folder) / name
        write(aside)
        if as_json:
            _print_json({"rows": _rows_of(aside)})
            return
        with aside.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)


def _rows_of(file: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file; those of a CSV file as the text that they are."""
    from transforms import warehouse

    read = "read_parquet($file)"
    if file.suffix == ".csv":
        read = "read_csv($file, header = true, all_varchar = true)"
    with warehouse.in_memory() as connection:
        return warehouse.rows(connection, f"from {read}", {"file": str(file)})


def _render(folder: Path, progress: Callable[[str, int, int], None] | None) -> None:
    """Every document of a revision: the practices', then the commissioner's own."""
    from transforms import documents

    documents.render(
        folder,
        progress=None if progress is None else lambda done, of: progress("documents", done, of),
    )
    documents.render_commissioner(folder)


def _tell_closed_for_good(period: Period) -> None:
    typer.echo(
        f"{period} is closed, and a later month after it: it is verified, not changed. A change of "
        "it is posted in the next period.",
        err=True,
    )


def _verify(
    site: Site,
    who: Commissioner,
    period: Period,
    *,
    as_json: bool,
    landed: Sequence["LandedFile"] | None = None,
) -> int:
    from transforms import verify as controls

    report = controls.verify(site, who.code, period)
    if as_json:
        _print_json(report if landed is None else {"landed": landed, "verified": report})
    else:
        controls.show(report)
    return 0 if report.holds else 1


def _site(directory: Path, commissioner: str | None) -> tuple[Site, Commissioner]:
    site = load_site(directory)
    return site, site.commissioner(commissioner)


def _tell_landed(landed: Sequence["LandedFile"], *, as_json: bool) -> None:
    if as_json:
        _print_json({"files": landed})
        return
    for file in landed:
        typer.echo(
            f"{file.file_name}: {file.outcome}. {file.message}",
            err=file.outcome in ("held", "refused"),
        )
        for notice in file.notices:
            typer.echo(f"{file.file_name}: {notice}")
    if not landed:
        typer.echo("No feed files are waiting.")


def _tell_gates(judged: Sequence["GateRun"]) -> None:
    """Say on standard error what the gates warn of, and what they let pass unenforced."""
    from transforms import gates

    for result in judged:
        for line in gates.told(result):
            typer.echo(line, err=True)


def _exit_code_of(landed: Sequence["LandedFile"]) -> int:
    outcomes = {file.outcome for file in landed}
    return _REFUSED if "refused" in outcomes else _HELD if "held" in outcomes else 0


def _exit(code: int) -> None:
    if code:
        raise typer.Exit(code)


@contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar where a person watches; nothing where none does."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=None)

        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(content, default=_plain, ensure_ascii=False, indent=1))


def _plain(value: Any) -> Any:
    """What json cannot write by itself; money as text, so that no float comes near it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: getattr(value, field.name)
            for field in dataclasses.fields(value)
            if field.name not in ("config",)
        }
    if isinstance(value, datetime.date | Path | Period):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    raise UsageError(f"Cannot print {type(value).__name__} as JSON.")
