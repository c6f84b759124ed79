"""A whole commissioner in plain Python: lands interchanges, closes periods, tells what it posted.

Joins the models of protocol, pricing, attribution and ledger in the order of the pipeline's
stages, and adds nothing to their rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.models import pricing
from tests.models.attribution import Attribution, Reference, attribute, successor
from tests.models.ledger import Charge, Ledger, Posting
from tests.models.months import financial_year
from tests.models.pricing import Edition, PricedSpell
from tests.models.protocol import Interchange, Outcome, outcome

Row = Mapping[str, str]


@dataclass(frozen=True)
class Close:
    """What a close saw, spells by spell_id, and all that its period has posted."""

    period: str
    records: Outcome
    spells: Mapping[str, PricedSpell]
    attributions: Mapping[str, Attribution]
    charges: Sequence[Charge]
    posted: Sequence[Posting]

    def charges_export(self) -> dict[str, Row]:
        """Returns the rows of the export of charges, by spell_id.

        Those of the period's financial year, and those with a posting in the period.
        """
        posted = {posting.version.spell_id for posting in self.posted}
        return {
            spell_id: {
                **spell.as_text(),
                **vars(self.attributions[spell_id]),
                "responsible": str(self.attributions[spell_id].responsible).lower(),
            }
            for spell_id, spell in self.spells.items()
            if spell_id in posted
            or financial_year(spell.activity_month) == financial_year(self.period)
        }


@dataclass
class MonthEnd:
    """One commissioner's warehouse: what has landed, and its ledger."""

    ledger: Ledger = field(default_factory=Ledger)
    landed: list[Interchange] = field(default_factory=list)

    def land(self, interchanges: Iterable[Interchange]) -> None:
        """Lands interchanges, which carry their landing numbers."""
        self.landed += interchanges

    def close(
        self,
        period: str,
        reference: Reference,
        editions: Sequence[Edition],
        *,
        date_used: str = "admission",
        revise: bool = False,
    ) -> Close:
        """Closes a period with everything landed so far and the reference data as it is now."""
        records = outcome(self.landed)
        episodes = [landed.row for landed in records.live]
        spells = {
            spell_id: spell
            for spell_id, spell in pricing.price_all(episodes, editions).items()
            if spell.activity_month <= period
        }
        firsts = {spell_id: rows[0] for spell_id, rows in pricing.spells_of(episodes).items()}
        attributions = {
            spell_id: attribute(
                firsts[spell_id], spell.discharge_date, reference, period, date_used
            )
            for spell_id, spell in spells.items()
        }
        charges = [charge_of(spell, attributions[spell_id]) for spell_id, spell in spells.items()]
        follow = partial(successor, period=period, successions=reference.successions)
        self.ledger.close(period, charges, follow, revise=revise)
        posted = [posting for posting in self.ledger.postings if posting.period == period]
        return Close(period, records, spells, attributions, charges, posted)


def charge_of(spell: PricedSpell, attribution: Attribution) -> Charge:
    """Returns a priced, attributed spell as the ledger takes it."""
    return Charge(
        spell.spell_id,
        attribution.budget_holder,
        spell.activity_month,
        spell.pod,
        spell.hrg_code,
        spell.total_price,
        spell.tariff_edition,
        spell.price_status,
        attribution.responsible,
    )
