"""The gate `charges`, after attribution: may these charges be posted?

Its figures are those of sql/gates/charges.sql.
"""

from great_expectations.expectations.expectation import Expectation

from expectations.figures import bounded, limited, none
from transforms.gate_settings import ChargesGate

_OF_THE_MONTH = "current_charge where activity_month = getvariable('month')"


def suite(settings: ChargesGate) -> list[Expectation]:
    """The expectations, critical before warning within each figure."""
    return [
        none(
            "spells_without_charge",
            "Discharged spells that have no charge",
            rows="spell anti join current_charge using (spell_id) "
            "where discharge_date < getvariable('month') + interval 1 month",
        ),
        none(
            "charges_without_spell",
            "Charges that no spell stands behind",
            rows="current_charge anti join spell using (spell_id)",
        ),
        none(
            "repeated_charges",
            "Spells charged more than once",
            rows="current_charge qualify count(*) over (partition by spell_id) > 1",
        ),
        none(
            "prices_changed",
            "Charges that are not their spell's price",
            rows="current_charge inner join priced_spell using (first_record) "
            "where current_charge.total_price <> priced_spell.total_price",
        ),
        none(
            "components_off",
            "Charges whose components do not add up to their total",
            rows="current_charge where total_price <> base_price "
            "+ short_stay_adjustment + excess_day_payment + top_up_payment + market_forces_payment",
        ),
        none(
            "unpriced_with_amount",
            "Charges with an amount though nothing priced them",
            rows="current_charge "
            "where price_status not in ('priced', 'local') and total_price <> 0",
        ),
        none(
            "charges_without_practice",
            "Charges that we answer for and no practice does",
            rows="current_charge where responsible and budget_holder is null",
        ),
        none(
            "not_responsible_with_practice",
            "Charges posted to a practice though we do not answer for them",
            rows="current_charge where not responsible and budget_holder is not null",
        ),
        *limited(
            "no_tariff_percent",
            "Spells of the month that nothing prices",
            settings.no_tariff_percent,
            "per cent",
            rows=f"{_OF_THE_MONTH} and price_status = 'no_tariff'",
        ),
        *limited(
            "ungrouped_percent",
            "Spells of the month without a usable HRG",
            settings.ungrouped_percent,
            "per cent",
            rows=f"{_OF_THE_MONTH} and price_status = 'ungrouped'",
        ),
        *limited(
            "suspense_percent",
            "Spells of the month in suspense",
            settings.suspense_percent,
            "per cent",
            rows=f"{_OF_THE_MONTH} and budget_holder = 'RESIDENT'",
        ),
        *limited(
            "not_responsible_percent",
            "Spells of the month that we do not answer for",
            settings.not_responsible_percent,
            "per cent",
            rows=f"{_OF_THE_MONTH} and not responsible",
        ),
        *[
            expectation
            for pod in ("elective", "daycase", "non_elective")
            for expectation in bounded(
                f"{pod}_average_price",
                f"Average price of a priced spell of the month, {pod.replace('_', ' ')}",
                getattr(settings.average_price, pod),
                "pounds",
                rows=f"{_OF_THE_MONTH} and price_status = 'priced' and pod = '{pod}'",
            )
        ],
    ]
