"""The `[gates]` table of site.toml: whether the quality gates stop a run, and their thresholds.

Kept apart from `transforms.gates`, so that reading a site's settings does not import Great
Expectations. A threshold has two levels: past `warn` the figure shows on control report and
statement, past `stop` the run ends before anything leaves. A level that is unset is not asked.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Figure = Annotated[float, Field(ge=0)]


class _Table(BaseModel):
    """A table of settings: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limit(_Table):
    """The most that a figure may be."""

    warn: Figure | None = None
    stop: Figure | None = None

    @model_validator(mode="after")
    def _stops_after_it_warns(self) -> Self:
        if self.warn is not None and self.stop is not None and self.stop < self.warn:
            raise ValueError("stop must not be less than warn")
        return self


class Range(_Table):
    """The least and the most that a figure may be, both allowed."""

    low: Figure
    high: Figure

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high < self.low:
            raise ValueError("high must not be less than low")
        return self


class Bounds(_Table):
    """A range outside which a figure warns, and a wider one outside which it stops."""

    warn: Range | None = None
    stop: Range | None = None

    @model_validator(mode="after")
    def _stops_after_it_warns(self) -> Self:
        if (
            self.warn is not None
            and self.stop is not None
            and (self.stop.low > self.warn.low or self.stop.high < self.warn.high)
        ):
            raise ValueError("the range of stop must hold that of warn")
        return self


class FeedGate(_Table):
    """[gates.feed], after landing. Percentages are of a provider's records for the month."""

    expected_providers: tuple[str, ...] | None = Field(
        default=None,
        description="codes; unset: every provider that sent as many as minimum_records for the "
        "twelve months before",
    )
    minimum_records: Annotated[int, Field(ge=1)] = Field(
        default=20, description="shares of a provider with fewer are noise and are not judged"
    )
    silent_providers: Limit = Field(
        default=Limit(warn=0), description="expected providers with no good record for the month"
    )
    held_files: Limit = Field(
        default=Limit(warn=0), description="files that wait for `pbc release` or `pbc reject`"
    )
    refused_files: Limit = Field(default=Limit(warn=0), description="files that lie in refused/")
    quarantined_percent: Limit = Field(
        default=Limit(warn=3, stop=20), description="records in quarantine"
    )
    no_nhs_number_percent: Limit = Field(
        default=Limit(warn=10, stop=50), description="records without a valid NHS number"
    )
    no_practice_percent: Limit = Field(
        default=Limit(warn=10, stop=50), description="records whose practice is blank or a default"
    )
    no_hrg_percent: Limit = Field(
        default=Limit(warn=5, stop=50), description="finished episodes with no HRG"
    )
    empty_days: Limit = Field(
        default=Limit(warn=2), description="days of the month with no activity at all"
    )


class EpisodesGate(_Table):
    """[gates.episodes], after the live records are worked out."""

    volume_percent: Bounds = Field(
        default=Bounds(warn=Range(low=50, high=200), stop=Range(low=5, high=1000)),
        description="a provider's episodes of a POD that ended in the month, of their mean a month "
        "in the twelve before",
    )
    volume_months: Annotated[int, Field(ge=1, le=12)] = Field(
        default=3, description="months of history, of twelve, without which volume is not judged"
    )
    volume_minimum: Figure = Field(
        default=50, description="a mean below this is noise and is not judged"
    )
    minimum_records: Annotated[int, Field(ge=1)] = Field(
        default=20, description="shares of a provider with fewer are noise and are not judged"
    )
    dead_percent: Limit = Field(
        default=Limit(warn=40, stop=90),
        description="identifiers of the month that were deleted or replaced",
    )
    prime_recipient_changed_percent: Limit = Field(
        default=Limit(warn=2, stop=20), description="episodes with warning W04"
    )


class AveragePrice(_Table):
    """[gates.charges.average_price]: pounds a priced spell, by point of delivery."""

    elective: Bounds = Bounds(warn=Range(low=500, high=8000), stop=Range(low=50, high=50000))
    daycase: Bounds = Bounds(warn=Range(low=150, high=3000), stop=Range(low=20, high=20000))
    non_elective: Bounds = Bounds(warn=Range(low=300, high=6000), stop=Range(low=30, high=50000))


class ChargesGate(_Table):
    """[gates.charges], after attribution. Percentages are of the month's discharged spells."""

    no_tariff_percent: Limit = Field(
        default=Limit(warn=2, stop=20), description="spells that nothing prices"
    )
    ungrouped_percent: Limit = Field(
        default=Limit(warn=5, stop=30), description="spells with no HRG, or an ungroupable one"
    )
    suspense_percent: Limit = Field(
        default=Limit(warn=5, stop=30), description="spells posted to RESIDENT"
    )
    not_responsible_percent: Limit = Field(
        default=Limit(warn=10, stop=40), description="spells that no practice of ours answers for"
    )
    average_price: AveragePrice = AveragePrice()


class GateSettings(_Table):
    """[gates]. The statements gate has no threshold: its sums tie or they do not."""

    enforce: bool = Field(default=True, description="false: gates report but stop nothing")
    feed: FeedGate = FeedGate()
    episodes: EpisodesGate = EpisodesGate()
    charges: ChargesGate = ChargesGate()
