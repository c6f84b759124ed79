"""The gate `feed`, after landing: is what was sent for the month fit to be closed?

Its figures are those of sql/gates/feed.sql: shares by provider, of the last submission of each
record, and what concerns the whole.
"""

from great_expectations.expectations.expectation import Expectation

from expectations.figures import limited, none
from transforms.gate_settings import FeedGate


def suite(settings: FeedGate) -> list[Expectation]:
    """The expectations, critical before warning within each figure."""
    return [
        none(
            "interchanges_off",
            "Interchanges whose records in the log are not what their trailer declares",
            rows="feed_interchange where is_off",
        ),
        *limited(
            "silent_providers",
            "Expected providers that sent nothing for the month",
            settings.silent_providers,
            "count",
            rows="feed_provider where is_silent",
        ),
        *limited(
            "quarantined_percent",
            "Records of the month in quarantine, of the worst provider",
            settings.quarantined_percent,
            "per cent",
            rows="feed_record where is_quarantined",
        ),
        *limited(
            "no_nhs_number_percent",
            "Records of the month without a valid NHS number, of the worst provider",
            settings.no_nhs_number_percent,
            "per cent",
            rows="feed_record where has_no_nhs_number",
        ),
        *limited(
            "no_practice_percent",
            "Records of the month without a practice, of the worst provider",
            settings.no_practice_percent,
            "per cent",
            rows="feed_record where has_no_practice",
        ),
        *limited(
            "no_hrg_percent",
            "Finished episodes of the month without an HRG, of the worst provider",
            settings.no_hrg_percent,
            "per cent",
            rows="feed_record where has_no_hrg",
        ),
        *limited(
            "empty_days",
            "Days of the month with no activity at all",
            settings.empty_days,
            "count",
            rows="feed_day where records = 0",
        ),
        # What waits on disk today is no fact of the close's mark, so no statement repeats it.
        *limited(
            "held_files",
            "Files that are held",
            settings.held_files,
            "count",
            rows="(select unnest(getvariable('held_files')) as file_name)",
            on_statement=False,
        ),
        *limited(
            "refused_files",
            "Files that were refused",
            settings.refused_files,
            "count",
            rows="(select unnest(getvariable('refused_files')) as file_name)",
            on_statement=False,
        ),
    ]
