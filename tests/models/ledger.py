"""The ledger in plain Python: what each close posts, and what stands after it.

A second implementation of the ledger's rules. It keeps every posting ever made and works out from
them alone what it holds; a close compares that with the current charges and posts the difference.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.models.months import financial_year, months_between, months_later

POSTED_STATUSES = {"priced", "local"}

# Says who holds the budget for a budget holder's activity month, after successions.
Successor = Callable[[str, str], str]


@dataclass(frozen=True)
class Charge:
    """A priced, attributed spell as a close sees it."""

    spell_id: str
    budget_holder: str
    activity_month: str
    pod: str
    hrg_code: str
    total_price: Decimal
    tariff_edition: str
    price_status: str = "priced"
    responsible: bool = True

    @property
    def five(self) -> tuple[str, str, str, str, Decimal]:
        """What makes a charge what it is: if any of the five changes, it is posted anew."""
        return self.budget_holder, self.activity_month, self.pod, self.hrg_code, self.total_price


@dataclass(frozen=True)
class Posting:
    """A signed entry of the ledger: the version of a charge that it posts or reverses."""

    period: str
    revision: int
    kind: str
    reason: str
    version: Charge
    charge_reference: str = ""

    @property
    def amount(self) -> Decimal:
        """The charge's price, negated for a credit."""
        return self.version.total_price if self.kind == "charge" else -self.version.total_price


class RefusedError(Exception):
    """A close that may not be made: a gap, or an issued period without being told to revise."""


@dataclass
class Ledger:
    """All postings of one commissioner, in the order in which they were made.

    `opens` is the first activity month that is posted, blank for no bound; `freeze_after_months`
    is after how many months an activity month is frozen, none for never.
    """

    opens: str = ""
    freeze_after_months: int | None = None
    postings: list[Posting] = field(default_factory=list)
    closed: list[tuple[str, int]] = field(default_factory=list)
    issued: set[tuple[str, int]] = field(default_factory=set)

    def close(
        self,
        period: str,
        charges: Iterable[Charge],
        successor: Successor = lambda holder, month: holder,
        *,
        revise: bool = False,
    ) -> list[Posting]:
        """Closes a period, the latest one again, or revises it; returns what it posted.

        Periods close in order. An earlier period is left as it is. The latest is rebuilt while it
        is not issued; once issued, it is refused, or revised by a further revision.
        """
        revision = 1
        if self.closed:
            latest, last_revision = self.closed[-1]
            if period < latest:
                return []
            if period > months_later(latest, 1):
                raise RefusedError(f"{months_later(latest, 1)} is not closed")
            if period == latest and (period, last_revision) in self.issued:
                if not revise:
                    raise RefusedError(f"{period} is issued")
                revision = last_revision + 1
            elif period == latest:
                revision = last_revision
                self.postings = [
                    posting
                    for posting in self.postings
                    if (posting.period, posting.revision) != (period, revision)
                ]
        if (period, revision) not in self.closed:
            self.closed.append((period, revision))
        posted = self.difference(period, revision, charges, successor)
        self.postings += posted
        return posted

    def issue(self) -> None:
        """Marks the latest close as issued: its postings stand for ever."""
        self.issued.add(self.closed[-1])

    def standing(self) -> dict[str, Charge]:
        """Returns the charge that the ledger holds for each spell."""
        held: dict[str, Charge] = {}
        for posting in self.postings:
            if posting.kind == "charge":
                held[posting.version.spell_id] = posting.version
            else:
                del held[posting.version.spell_id]
        return held

    def to_be_posted(self, period: str, charges: Iterable[Charge]) -> dict[str, Charge]:
        """Returns the current charges that belong in the ledger, freeze or no freeze."""
        return {
            charge.spell_id: charge
            for charge in charges
            if charge.responsible
            and charge.price_status in POSTED_STATUSES
            and self.opens <= charge.activity_month <= period
        }

    def frozen(self, month: str, period: str) -> bool:
        """Whether an activity month is frozen in a period."""
        limit = self.freeze_after_months
        return limit is not None and months_between(month, period) > limit

    def difference(
        self, period: str, revision: int, charges: Iterable[Charge], successor: Successor
    ) -> list[Posting]:
        """Returns what a close posts: credits of what no longer stands, charges of what does."""
        current = self.to_be_posted(period, charges)
        standing = self.standing()
        known = {posting.version.spell_id for posting in self.postings}
        entries: list[tuple[str, str, Charge]] = []
        for spell_id in sorted(current.keys() | standing.keys()):
            new, old = current.get(spell_id), standing.get(spell_id)
            months = {charge.activity_month for charge in (old, new) if charge is not None}
            if any(self.frozen(month, period) for month in months):
                # Held whole; but what a succession moves goes with its budget, as it was posted.
                heir = successor(old.budget_holder, old.activity_month) if old else ""
                new = replace(old, budget_holder=heir) if old else None
            if new is not None and old is None:
                entries.append(("charge", reason_of_first(new, period, spell_id in known), new))
            elif new is not None and old is not None and new.five != old.five:
                reason = reason_of_change(old, new)
                entries += [("credit", reason, old), ("charge", reason, new)]
            elif new is None and old is not None:
                entries.append(("credit", "withdrawn", old))
        return numbered(period, revision, entries)

    def held_by_freeze(self, period: str, charges: Iterable[Charge]) -> dict[str, Decimal]:
        """Returns by how much the current charge of each spell differs from what is posted.

        After a close that is what the freeze holds back; spells without a difference in any of
        the five are left out.
        """
        current, standing = self.to_be_posted(period, charges), self.standing()
        return {
            spell_id: price_of(current.get(spell_id)) - price_of(standing.get(spell_id))
            for spell_id in current.keys() | standing.keys()
            if five_of(current.get(spell_id)) != five_of(standing.get(spell_id))
        }


def reason_of_first(charge: Charge, period: str, posted_before: bool) -> str:
    """Returns why a spell is charged that the ledger does not hold."""
    if posted_before:
        return "restored"
    return "new" if charge.activity_month == period else "late"


def reason_of_change(old: Charge, new: Charge) -> str:
    """Returns why a charge takes another's place: whose it is, the tariff, or what it is."""
    if new.budget_holder != old.budget_holder:
        return "moved"
    same_year = financial_year(new.activity_month) == financial_year(old.activity_month)
    return "repriced" if same_year and new.tariff_edition != old.tariff_edition else "amended"


def numbered(
    period: str, revision: int, entries: Iterable[tuple[str, str, Charge]]
) -> list[Posting]:
    """Returns entries as postings, numbered from 1 within each budget holder."""
    count: Counter[str] = Counter()
    postings = []
    for kind, reason, version in entries:
        holder = version.budget_holder
        count[holder] += 1
        reference = f"{holder}-{period}-{revision}-{count[holder]}"
        postings.append(Posting(period, revision, kind, reason, version, reference))
    return postings


def price_of(charge: Charge | None) -> Decimal:
    """Returns a charge's price; what is not there costs nothing."""
    return charge.total_price if charge else Decimal("0.00")


def five_of(charge: Charge | None) -> tuple[str, str, str, str, Decimal] | None:
    """Returns a charge's five, or none."""
    return charge.five if charge else None


def export_rows(postings: Iterable[Posting], period: str) -> list[dict[str, str]]:
    """Returns a period's postings as the export writes them, by spell, credit before charge."""
    of_period = [posting for posting in postings if posting.period == period]
    return [
        {
            "period": posting.period,
            "revision": str(posting.revision),
            "kind": posting.kind,
            "reason": posting.reason,
            "spell_id": posting.version.spell_id,
            "budget_holder": posting.version.budget_holder,
            "activity_month": posting.version.activity_month,
            "pod": posting.version.pod,
            "hrg_code": posting.version.hrg_code,
            "amount": f"{posting.amount + 0:.2f}",
            "charge_reference": posting.charge_reference,
        }
        for posting in sorted(
            of_period,
            key=lambda posting: (posting.version.spell_id, posting.kind == "charge"),
        )
    ]
