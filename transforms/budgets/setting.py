"""Setting a year's budgets: what each practice spent, and what the year's rule makes of it.

The rule stands in reference/budgets/<year>.toml. What it gives is written to reference/budgets.csv,
the budgets in force, and in its parts to reference/budgets/<year>.json, both whole or not at all;
then a close takes them with its mark. The methods are the guidance's of 2004 on practices'
budgets (paragraphs 18, 21 and 34) and East Devon's "highest spend over the previous three
years"; sql/budgets/ holds the arithmetic, one file a table.
"""

import csv
import datetime
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from transforms import mark, reference, warehouse
from transforms.atomic_file import write_atomically
from transforms.budgets import workings as budget_workings
from transforms.budgets.books import books_of
from transforms.budgets.rule import Rule, read_rule, rule_file
from transforms.budgets.workings import (
    CommissionerWorking,
    FairShare,
    Method,
    PodSpend,
    PodWorking,
    PracticeWorking,
    Workings,
    YearSpend,
)
from transforms.errors import UsageError
from transforms.periods import financial_year_start
from transforms.site import Site

BUDGETS_FILE = "budgets.csv"
_COLUMNS = tuple(column.name for column in reference.LAYOUTS[BUDGETS_FILE].columns)
_READ = (
    *("practices.csv", "memberships.csv", "epraccur.csv", "epcmem.csv", "successions.csv"),
    *("history.csv", "participation.csv", "scope.csv", "profile.csv", BUDGETS_FILE),
)
_NOUGHT = Decimal("0.00")
_SHOWN = 5


@dataclass(frozen=True)
class Change:
    """A budget that setting changes; None where there was or will be none."""

    practice_code: str
    pod: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class BudgetsSet:
    """What setting a year's budgets came to: totals in pounds, what changes, what to know of it.

    `total` is of all budgets of the commissioner, those kept by hand (`kept`) included. `changed`
    says whether there is anything to write, `written` whether it was written.
    """

    financial_year: str
    commissioner: str
    method: Method
    practices: int
    total: Decimal
    fund: Decimal
    resource_limit: Decimal | None
    kept: Decimal
    changes: tuple[Change, ...]
    status_changes: tuple[str, ...]
    notices: tuple[str, ...]
    changed: bool
    written: bool


def set_budgets(
    site: Site,
    commissioner: str,
    financial_year: str,
    *,
    dry_run: bool = False,
    say: warehouse.Say = warehouse.say_to_stderr,
) -> BudgetsSet:
    """Set the budgets of a commissioner's practices for a year by the site's rule.

    Writes nothing where `dry_run` is set, or nothing would change. Raises UsageError where the
    rule, a reference file or the history behind it is wrong, or the resource limit is exceeded;
    then nothing is changed.
    """
    rule = read_rule(site, commissioner, financial_year)
    # The budgets are the site's, the books the commissioner's: both stay as they are meanwhile.
    with (
        warehouse.lock(_lock_of(site), "setting budgets", say=say),
        books_of(site, commissioner, "setting budgets", say) as books,
        warehouse.in_memory() as connection,
    ):
        _set_variables(connection, commissioner, rule)
        mark.load_tables(connection, site.reference, _READ)
        _take_books(connection, books)
        _work_out(connection, rule)
        own = _workings(connection, rule)
        kept = _one(connection, "select coalesce(sum(annual_amount), 0) from kept_budget")
        _check_limit(rule, own, kept)
        folder, path = site.reference / "budgets", site.reference / BUDGETS_FILE
        file = _budgets_file(path)
        heirs = dict(connection.execute("from heir").fetchall())
        new_file = _with_budgets(file, financial_year, own, heirs)
        workings = budget_workings.read(folder, financial_year)
        new_workings = Workings(
            financial_year=financial_year,
            commissioners=dict(sorted({**workings.commissioners, commissioner: own}.items())),
        )
        changed = (file, workings) != (new_file, new_workings)
        if changed and not dry_run:
            # In this order: a kill in between leaves amounts without parts, never wrong parts.
            name = budget_workings.file_name(financial_year, "json")
            write_atomically(folder / name, budget_workings.content_of(new_workings))
            write_atomically(path, new_file.content)
        rows = file.of(financial_year), new_file.of(financial_year)
        return BudgetsSet(
            financial_year=financial_year,
            commissioner=commissioner,
            method=rule.method,
            practices=len(own.practices),
            total=own.budgets_total,
            fund=own.fund,
            resource_limit=rule.resource_limit,
            kept=kept,
            changes=tuple(_changes(*rows)),
            status_changes=tuple(_status_changes(*rows)),
            notices=tuple(_notices(connection, rule)),
            changed=changed,
            written=changed and not dry_run,
        )


def _lock_of(site: Site) -> Path:
    return site.directory / "warehouse" / "budgets.lock"


def _set_variables(connection: duckdb.DuckDBPyConnection, commissioner: str, rule: Rule) -> None:
    """Set what the SQL files read by `getvariable`, and the rule's years and uplifts as tables."""
    april = financial_year_start(rule.financial_year)
    variables: dict[str, Any] = {
        "commissioner": commissioner,
        "financial_year": rule.financial_year,
        "year_start": april.first_day,
        "period_end": april.last_day,
        "method": rule.method,
        "contingency_percent": rule.contingency_percent,
        "resource_limit": rule.resource_limit,
        "scale_to_limit": rule.scale_to_limit,
        "pace": rule.pace,
        "maximum_change_percent": rule.maximum_change_percent,
    }
    for name, value in variables.items():
        cast = "::date" if isinstance(value, datetime.date) else ""
        connection.execute(f"set variable {name} = $value{cast}", {"value": value})
    connection.execute("create table base_year (financial_year varchar)")
    connection.executemany("insert into base_year values (?)", [[year] for year in rule.years])
    connection.execute("create table uplift_percent (pod varchar, percent decimal(12, 6))")
    connection.executemany(
        "insert into uplift_percent values (?, ?)",
        [list(each) for each in rule.uplift_percent.by_pod().items()],
    )


def _take_books(
    connection: duckdb.DuckDBPyConnection, books: duckdb.DuckDBPyConnection | None
) -> None:
    """Make `ledger_spend` and `closed_month` of what the last finished close left in the books."""
    connection.execute(
        "create table ledger_spend (budget_holder varchar, activity_month date, pod varchar, "
        "spells bigint, amount decimal(18, 2))"
    )
    connection.execute("create table closed_month (month date)")
    if books is None:
        return
    closed = books.execute(
        "select max(close_number), list(distinct period) from close where stage = 'statements'"
    ).fetchone()
    if closed is None or closed[0] is None:
        return
    mark.read(books, "", closed[0]).set_variables(books)
    spend = books.execute(warehouse.read("budgets/ledger_spend.sql")).to_arrow_table()
    connection.register("spend_read", spend)
    connection.execute("insert into ledger_spend by name from spend_read")
    connection.unregister("spend_read")
    connection.executemany("insert into closed_month values (?)", [[month] for month in closed[1]])


def _work_out(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    """Derive every table of sql/budgets, down to `set_budget`. Raises UsageError."""
    for file in ("holder", "holder_of_year"):
        warehouse.run(connection, f"attribution/{file}.sql")
    for file in ("heir", "first_member", "budget_practice", "held_year", "year_spend"):
        warehouse.run(connection, f"budgets/{file}.sql")
    _check_practices(connection, rule)
    _check_history(connection, rule)
    warehouse.run(connection, "position/practice_status.sql")
    for file in ("budget_base", "fair_share", "moved_budget", "kept_budget", "set_budget"):
        warehouse.run(connection, f"budgets/{file}.sql")


def _check_practices(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    practices = _column(connection, "select practice_code from budget_practice order by line")
    if not practices:
        raise UsageError(
            "reference/memberships.csv (or epcmem.csv) gives this commissioner no practice in "
            f"{rule.financial_year} that is in the list of practices: there is nobody to set a "
            "budget for."
        )
    if rule.method == "fair_shares":
        reference.problems_of(
            connection,
            "select line, practice_code from budget_practice where weighted_list_size is null "
            "order by line",
            "reference/practices.csv",
            "practice {1} has no weighted_list_size, which method fair_shares needs",
        )


def _check_history(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    """Raise UsageError where a year of the rule is missing, for everyone or for a practice."""
    missing: dict[str, list[str]] = defaultdict(list)
    for row in warehouse.rows(connection, warehouse.read("budgets/missing_year.sql")):
        missing[row["financial_year"]].append(row["practice_code"])
    known = set(_column(connection, "select distinct financial_year from year_spend"))
    problems = []
    for year, practices in missing.items():
        if year not in known:
            problems.append(f"  {year}: for no practice at all")
        else:
            problems += [f"  {year}: for practice {code}" for code in practices]
    if problems:
        raise UsageError(
            f"{rule_file(rule.financial_year)} takes {', '.join(rule.years)}, but neither the "
            "ledger nor reference/history.csv holds all of that spending. Missing are:\n"
            f"{_cut(problems)}\n"
            "Add rows to reference/history.csv (of 0 where a practice spent nothing), or take the "
            "year out of years. Nothing was changed."
        )
    if not _one(connection, "select coalesce(sum(amount), 0) from year_spend"):
        raise UsageError(
            f"{rule_file(rule.financial_year)} takes {', '.join(rule.years)}, in which nothing was "
            "spent at all: there is no base to set budgets from. Nothing was changed."
        )


def _cut(lines: Sequence[str]) -> str:
    """The first few lines, and how many more there are."""
    more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "\n".join([*lines[:_SHOWN], *more])


def _check_limit(rule: Rule, own: CommissionerWorking, kept: Decimal) -> None:
    """Raise UsageError where the budgets and the fund together exceed the resource limit."""
    limit = rule.resource_limit
    together = own.budgets_total + own.fund
    if limit is None or together <= limit:
        return
    by_hand = f" (of which {kept:,.2f} by hand, which is not scaled)" if kept else ""
    mend = "Lower the budgets by hand" if rule.scale_to_limit else "Set scale_to_limit = true"
    raise UsageError(
        f"{rule_file(rule.financial_year)}: resource_limit {limit:,.2f} is exceeded by "
        f"{together - limit:,.2f}: budgets of {own.budgets_total:,.2f}{by_hand} and a contingency "
        f"fund of {own.fund:,.2f} come to {together:,.2f}. {mend}, or raise resource_limit. "
        "Nothing was changed."
    )


# --- The workings --------------------------------------------------------------------------------


def _workings(connection: duckdb.DuckDBPyConnection, rule: Rule) -> CommissionerWorking:
    """What was worked out, as it is kept."""
    fair = {
        row.pop("practice_code"): FairShare.model_validate(row)
        for row in warehouse.rows(connection, "from fair_share")
    }
    spend: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in warehouse.rows(connection, "from year_spend"):
        spend[row["practice_code"], row["financial_year"]].append(row)
    pods: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in warehouse.rows(connection, "from set_budget order by practice_code, pod"):
        pods[row["practice_code"]].append(row)
    practices = tuple(
        PracticeWorking(
            practice_code=code,
            status=rows[0]["status"],
            base_year=rows[0]["base_year"],
            years=tuple(
                _year_spend(year, spend[code, year], [row["pod"] for row in rows])
                for year in sorted(rule.years)
            ),
            fair_share=fair.get(code),
            pods=tuple(_pod_working(row) for row in rows),
        )
        for code, rows in pods.items()
    )
    kept = _one(connection, "select coalesce(sum(annual_amount), 0) from kept_budget")
    every = [pod for practice in practices for pod in practice.pods]
    lists = _one(connection, "select sum(weighted_list_size) from budget_practice")
    by_shares = rule.method == "fair_shares"
    return CommissionerWorking(
        method=rule.method,
        years=tuple(sorted(rule.years)),
        contingency_percent=rule.contingency_percent,
        resource_limit=rule.resource_limit,
        is_scaled=any(pod.scaling for pod in every),
        pace=rule.pace if by_shares else None,
        maximum_change_percent=rule.maximum_change_percent if by_shares else None,
        all_weighted_lists=lists if by_shares else None,
        budgets_total=kept + sum((pod.annual_amount for pod in every), _NOUGHT),
        fund=-sum((pod.contingency for pod in every), _NOUGHT),
        practices=practices,
    )


def _year_spend(year: str, rows: Sequence[Mapping[str, Any]], pods: Sequence[str]) -> YearSpend:
    amounts = {row["pod"]: row["amount"] for row in rows}
    sources = {row["source"] for row in rows}
    return YearSpend(
        financial_year=year,
        source=sources.pop() if len(sources) == 1 else "both" if sources else "none",
        pods=tuple(PodSpend(pod=pod, amount=amounts.get(pod, _NOUGHT)) for pod in pods),
        total=sum(amounts.values(), _NOUGHT),
    )


def _pod_working(row: Mapping[str, Any]) -> PodWorking:
    return PodWorking(
        **{
            name: row[name]
            for name in (
                *("pod", "base_amount", "uplift_percent", "uplift", "movement", "scaling"),
                *("contingency", "annual_amount"),
            )
        },
        adjustment=row["movement"] + row["scaling"],
    )


# --- budgets.csv ---------------------------------------------------------------------------------

Key = tuple[str, str]


@dataclass(frozen=True)
class _BudgetsFile:
    """budgets.csv: its columns (others than ours are kept) and rows, as text."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]

    @property
    def content(self) -> bytes:
        out = io.StringIO()
        writer = csv.DictWriter(out, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue().encode()

    def of(self, financial_year: str) -> dict[Key, dict[str, str]]:
        """A year's rows, by practice and POD."""
        return {
            (row["practice_code"], row["pod"]): row
            for row in self.rows
            if row["financial_year"] == financial_year
        }


def _budgets_file(path: Path) -> _BudgetsFile:
    """budgets.csv as it is; its form was checked when it was read as a reference file."""
    if not path.is_file():
        return _BudgetsFile(_COLUMNS, ())
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"reference/{BUDGETS_FILE} is not CSV of UTF-8 text: {error}.") from error
    columns = tuple(name.strip().lower() for name in lines[0])
    rows = (
        {name: text.strip(" \t") for name, text in zip(columns, line, strict=True)}
        for line in lines[1:]
        if line
    )
    return _BudgetsFile(columns, tuple(rows))


def _with_budgets(
    file: _BudgetsFile, financial_year: str, own: CommissionerWorking, heirs: Mapping[str, str]
) -> _BudgetsFile:
    """The file with a commissioner's budgets set, each in its place, new ones at the end.

    Rows of practices that the rule sets no budget for stay; so does every other year.
    """
    wanted = {
        (practice.practice_code, pod.pod): {
            "annual_amount": f"{pod.annual_amount:.2f}",
            "status": practice.status,
        }
        for practice in own.practices
        for pod in practice.pods
    }
    made = {practice.practice_code for practice in own.practices}
    rows = []
    for row in file.rows:
        key = row["practice_code"], row["pod"]
        if row["financial_year"] != financial_year or heirs.get(key[0], key[0]) not in made:
            rows.append(row)
        elif key in wanted:
            rows.append(row | wanted.pop(key))
    blank = dict.fromkeys(file.columns, "")
    rows += [
        blank
        | {"financial_year": financial_year, "practice_code": practice, "pod": pod}
        | wanted[practice, pod]
        for practice, pod in sorted(wanted)
    ]
    return _BudgetsFile(file.columns, tuple(rows))


def _changes(
    before: Mapping[Key, Mapping[str, str]], after: Mapping[Key, Mapping[str, str]]
) -> Iterator[Change]:
    for key in sorted(before.keys() | after.keys()):
        amounts = [
            Decimal(rows[key]["annual_amount"]) if key in rows else None for rows in (before, after)
        ]
        if amounts[0] != amounts[1]:
            yield Change(*key, *amounts)


def _status_changes(
    before: Mapping[Key, Mapping[str, str]], after: Mapping[Key, Mapping[str, str]]
) -> list[str]:
    """Practices whose status changes, of those that have budgets before and after."""
    both = before.keys() & after.keys()
    return sorted({key[0] for key in both if before[key]["status"] != after[key]["status"]})


def _notices(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Iterator[str]:
    """What nobody would think of asking."""
    without = _column(
        connection,
        "select practice_code from budget_practice "
        "where practice_code not in (select practice_code from moved_budget) order by 1",
    )
    if without:
        yield (
            f"{_listed(without)}: spent nothing in {', '.join(rule.years)}, so the rule gives no "
            "budget. One written by hand stays."
        )
    passed_over = _column(
        connection,
        "select distinct history.practice_code from reference.history "
        "inner join held_year using (financial_year) where held_year.is_held and exists ("
        "from ledger_spend where ledger_spend.budget_holder = history.practice_code "
        "and financial_year(ledger_spend.activity_month) = history.financial_year) order by 1",
    )
    if passed_over:
        yield (
            f"{_listed(passed_over)}: rows of reference/history.csv are passed over, because the "
            "ledger holds their year."
        )
    in_part = [
        f"{row['practice_code']} in {row['financial_year']}"
        for row in warehouse.rows(connection, warehouse.read("budgets/history_in_part.sql"))
    ]
    if in_part:
        yield (
            f"{_listed(in_part)}: reference/history.csv has no row for some point of delivery, "
            "which counts as nothing spent."
        )
    nobodys = _column(
        connection,
        "select distinct history.practice_code from reference.history "
        "inner join base_year using (financial_year) inner join heir using (practice_code) "
        "where heir.budget_holder not in (select practice_code from first_member) order by 1",
    )
    if nobodys:
        yield (
            f"{_listed(nobodys)}: spending in reference/history.csv counts for nobody, because "
            f"the practice has neither commissioner nor successor in {rule.financial_year}."
        )

    unanswered = _column(
        connection,
        "select distinct budget.practice_code from reference.budget "
        "where financial_year = getvariable('financial_year') and practice_code not in "
        "(select practice_code from first_member) order by 1",
    )
    if unanswered:
        yield (
            f"{_listed(unanswered)}: the budget in reference/{BUDGETS_FILE} counts for nobody, "
            f"because the practice has no commissioner in {rule.financial_year}."
        )


def _listed(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
    return f"{', '.join(codes[:_SHOWN])}{more}"


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    return [value for (value,) in connection.execute(query).fetchall()]


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    return _column(connection, query)[0]


def show(done: BudgetsSet) -> None:
    """Print what changed, or would, by practice, then the totals and the notices."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if done.changes:
        table = Table()
        for name in ("Practice", "POD", "Before", "After", "Change"):
            table.add_column(name, justify="left" if name in ("Practice", "POD") else "right")
        for change in done.changes:
            difference = (change.after or _NOUGHT) - (change.before or _NOUGHT)
            table.add_row(
                *(change.practice_code, change.pod),
                *("" if each is None else f"{each:,.2f}" for each in (change.before, change.after)),
                f"{difference:+,.2f}",
            )
        console.print(table)
    if done.status_changes:
        console.print(f"Another status: {_listed(done.status_changes)}")
    limit = "" if done.resource_limit is None else f", of a resource of {done.resource_limit:,.2f}"
    kept = f" ({done.kept:,.2f} of it by hand)" if done.kept else ""
    console.print(
        f"{done.commissioner}, {done.financial_year}, {done.method}: budgets of {done.practices} "
        f"practices come to {done.total:,.2f}{kept}, and the contingency fund to "
        f"{done.fund:,.2f}{limit}.",
        soft_wrap=True,
    )
    for notice in done.notices:
        console.print(notice, soft_wrap=True, markup=False)
    if done.written:
        console.print("Written: reference/budgets.csv and how they were worked out.")
    elif done.changed:
        console.print("A dry run: nothing was written.")
    else:
        console.print("Nothing changes: these budgets are in force.")
