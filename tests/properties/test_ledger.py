"""Random histories of interchanges, registrations and closes: the ledger keeps its promises."""

from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from tests.models.from_site import editions_of, interchanges_of, reference_of, year_of
from tests.models.ledger import Ledger, export_rows
from tests.models.money import ZERO
from tests.models.month_end import Close, MonthEnd
from tests.models.position import positions
from tests.pipeline_run import Row, close, done, export, issue, land
from tests.properties.effort import examples
from tests.properties.random_history import RandomHistory
from tests.site_builder import SiteBuilder
from transforms.export import TABLES

seeds = st.integers(0, 2**32)


def random_ledger(random: Random) -> Ledger:
    """Returns an empty ledger with random settings: when it opens, when months freeze."""
    return Ledger(random.choice(("", "", "2004-05")), random.choice((None, None, 0, 1, 2)))


def apply_settings(builder: SiteBuilder, ledger: Ledger) -> None:
    """Gives a site the settings of a ledger."""
    builder.settings["ledger"] = {}
    if ledger.opens:
        builder.setting("ledger", opens=ledger.opens)
    if ledger.freeze_after_months is not None:
        builder.setting("ledger", freeze_after_months=ledger.freeze_after_months)


class Histories:
    """A random history lived through twice: by the pipeline, if asked, and by the model."""

    def __init__(self, directory: Path, seed: int, *, ledger: Ledger | None = None) -> None:
        """Starts a site and a model of it."""
        self.random = Random(seed)
        self.model = MonthEnd(random_ledger(self.random) if ledger is None else ledger)
        self.builder = SiteBuilder(directory, practice=False)
        self.date_used = self.random.choice(("admission", "admission", "discharge"))
        self.builder.setting("gates", enforce=False)
        self.builder.setting("landing", bulk_shrink_percent=100)
        self.builder.setting("attribution", date=self.date_used)
        apply_settings(self.builder, self.model.ledger)
        self.history = RandomHistory(self.builder, self.random)

    def next_month(self) -> str:
        """Lets a month go by, in which someone may change when the ledger opens and freezes."""
        if self.random.random() < 0.3:
            changed = random_ledger(self.random)
            self.model.ledger.opens = changed.opens
            self.model.ledger.freeze_after_months = changed.freeze_after_months
            apply_settings(self.builder, self.model.ledger)
        return self.history.next_month()

    def receive(self) -> None:
        """Writes and lands in the model what was sent."""
        landing = 1 + len(self.model.landed)
        self.model.land(interchanges_of(self.history.files(), landing))

    def close(self, period: str, *, revise: bool = False) -> Close:
        """Closes a period in the model, with the reference data as it is now."""
        return self.model.close(
            period,
            reference_of(self.builder),
            editions_of(self.builder),
            date_used=self.date_used,
            revise=revise,
        )


@examples(1)
@given(seed=seeds)
def test_every_close_posts_what_the_model_posts(seed: int) -> None:
    """Charges, postings and position of every close, rebuilt or revised, are the model's.

    A position is the last one's, this month's activity and adjustments; and an export of a closed
    period is the same whenever it is made.
    """
    with TemporaryDirectory() as directory:
        lived = Histories(Path(directory), seed)
        exported = {}
        for _ in range(4):
            period = lived.next_month()
            close_and_compare(lived, period)
            what = lived.random.choice(("go on", "go on", "close again", "issue", "revise"))
            if what in {"issue", "revise"}:
                issue(lived.builder.directory, period)
                lived.model.ledger.issue()
            if what in {"close again", "revise"}:
                lived.history.more()
                close_and_compare(lived, period, revise=what == "revise")
            exported[period] = exports(lived.builder.directory, period)
        for period, tables in exported.items():
            assert exports(lived.builder.directory, period) == tables, period
        positions_follow(exported)


def positions_follow(exported: dict[str, dict[str, list[Row]]]) -> None:
    """Asserts of every row that it is the last period's (0 in April), the month and adjustments."""
    before: dict[tuple[str, str], Decimal] = {}
    for period, tables in exported.items():
        now = {}
        for row in tables["position"]:
            key = row["practice_code"], row["pod"]
            so_far = ZERO if period.endswith("-04") else before.get(key, ZERO)
            now[key] = Decimal(row["ytd_actual"])
            change = Decimal(row["month_actual"]) + Decimal(row["adjustments"])
            assert now[key] == so_far + change, (period, key)
        lost = before.keys() - now.keys()
        assert period.endswith("-04") or not any(before[key] for key in lost), period
        before = now


def exports(site: Path, period: str) -> dict[str, list[Row]]:
    """Returns every export of a closed period."""
    return {table: export(site, table, period) for table in TABLES}


def close_and_compare(lived: Histories, period: str, *, revise: bool = False) -> None:
    """Lands what was sent and closes a period, once or again; holds the exports to the model."""
    lived.receive()
    site = lived.builder.write()
    land(site)
    close(site, period, revise=revise)
    expected = lived.close(period, revise=revise)
    charges = {row["spell_id"]: row for row in export(site, "charges", period)}
    wanted = expected.charges_export()
    assert charges.keys() == wanted.keys()
    for spell_id, columns in wanted.items():
        assert {name: charges[spell_id][name] for name in columns} == columns, spell_id
    postings = export(site, "postings", period)
    assert postings == export_rows(lived.model.ledger.postings, period)
    rows = positions(period, lived.model.ledger.postings, year_of(lived.builder))
    found = export(site, "position", period)
    told = [{name: row[name] for name in rows[0].as_text()} for row in found]
    assert told == [row.as_text() for row in rows]
    done(site, "verify", period)


@examples(1)
@given(seed=seeds)
def test_month_by_month_leaves_what_all_at_once_leaves(seed: int) -> None:
    """Landing and closing in turns stands as landing everything, then closing each month."""
    standing = []
    for all_at_once in (False, True):
        with TemporaryDirectory() as directory:
            lived = Histories(Path(directory), seed, ledger=Ledger())
            periods = []
            for _ in range(3):
                periods.append(lived.history.next_month())
                site = lived.builder.write()
                land(site)
                if not all_at_once:
                    close(site, periods[-1])
            if all_at_once:
                for period in periods:
                    close(site, period)
            standing.append(
                stands([row for each in periods for row in export(site, "postings", each)])
            )
    assert standing[0] == standing[1]


def stands(postings: list[Row]) -> dict[str, tuple[str, ...]]:
    """Returns what stands of each spell: whose, of which month, POD and HRG, and its price."""
    held: dict[str, tuple[str, ...]] = {}
    for row in postings:
        if row["kind"] == "credit":
            del held[row["spell_id"]]
        else:
            columns = ("budget_holder", "activity_month", "pod", "hrg_code", "amount")
            held[row["spell_id"]] = tuple(row[name] for name in columns)
    return held


@examples(5)
@given(seed=seeds)
def test_the_model_keeps_the_ledgers_promises(seed: int) -> None:
    """What the model posts adds up: it may be held against the pipeline.

    The postings of a spell add up to its current charge, but for what the freeze holds; nothing is
    posted twice; each posting reverses what stood; the lists that every spell stands in add up to
    all that was priced; and a position is the last one's, this month's activity and adjustments.
    """
    lived = Histories(Path(), seed)
    before: dict[tuple[str, str], Decimal] = {}
    for _ in range(6):
        period = lived.next_month()
        lived.receive()
        lived.builder.forget_waiting()
        closed = lived.close(period)
        ledger = lived.model.ledger
        held = ledger.held_by_freeze(period, closed.charges)
        sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
        counts: Counter[str] = Counter()
        for posting in ledger.postings:
            sums[posting.version.spell_id] += posting.amount
            counts[posting.version.spell_id] += 1 if posting.kind == "charge" else -1
            assert counts[posting.version.spell_id] in {0, 1}, "posted twice, or credited twice"
        current = ledger.to_be_posted(period, closed.charges)
        for spell_id in current.keys() | sums.keys():
            price = current[spell_id].total_price if spell_id in current else ZERO
            assert price == sums[spell_id] + held.get(spell_id, ZERO), spell_id
        if ledger.freeze_after_months is None:
            assert not held
        priced = sum((charge.total_price for charge in closed.charges), ZERO)
        not_posted = [each for each in closed.charges if each.spell_id not in current]
        lists = sum((each.total_price for each in not_posted), ZERO)
        assert priced == lists + sum(sums.values(), ZERO) + sum(held.values(), ZERO)
        for row in positions(period, ledger.postings, year_of(lived.builder)):
            key = row.practice_code, row.pod
            so_far = ZERO if period.endswith("-04") else before.get(key, ZERO)
            assert row.ytd_actual == so_far + row.month_actual + row.adjustments, key
            before[key] = row.ytd_actual
