"""The gate `episodes`, after the live records are known: do they look like a month of care?

Its figures are those of sql/gates/episodes.sql: volumes by provider and point of delivery, shares
by provider, and what concerns the whole.
"""

from great_expectations.expectations.expectation import Expectation

from expectations.figures import bounded, limited, none
from transforms.gate_settings import EpisodesGate


def suite(settings: EpisodesGate) -> list[Expectation]:
    """The expectations, critical before warning within each figure."""
    return [
        none(
            "live_in_quarantine",
            "Records that are live though they are in quarantine",
            rows="episodes_unlawful where reason = 'quarantined'",
        ),
        none(
            "live_after_mark",
            "Records that are live though they landed after the close's mark",
            rows="episodes_unlawful where reason = 'after the mark'",
        ),
        *bounded(
            "volume_percent",
            "Episodes of the month, of their mean in the twelve months before, of the worst "
            "provider and point of delivery",
            settings.volume_percent,
            "per cent",
            rows="episodes_volume where volume_percent is not null",
        ),
        *limited(
            "dead_percent",
            "Identifiers of the month that were deleted or replaced, of the worst provider",
            settings.dead_percent,
            "per cent",
            rows="episodes_identifier where is_dead",
        ),
        *limited(
            "prime_recipient_changed_percent",
            "Live records of the month whose prime recipient changed, of the worst provider",
            settings.prime_recipient_changed_percent,
            "per cent",
            rows="episodes_identifier where has_moved",
        ),
    ]
