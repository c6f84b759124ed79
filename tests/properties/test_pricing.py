"""Thousands of random spells under random tariffs: the pipeline and plain Python agree."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from tests.models.from_site import editions_of
from tests.models.months import financial_year
from tests.models.pricing import price_all, spells_of
from tests.pipeline_run import close, export, land
from tests.properties.effort import examples
from tests.properties.random_spells import PERIOD, random_editions, random_spells
from tests.site_builder import SiteBuilder

SPELLS = 4000


@examples(2)
@given(seed=st.integers(0, 2**32))
def test_every_component_of_every_spell_is_the_models(seed: int) -> None:
    """Every column of every spell of the year, and no spell more or fewer."""
    random = Random(seed)
    with TemporaryDirectory() as directory:
        site = SiteBuilder(Path(directory))
        site.setting("gates", enforce=False)
        random_editions(site, random)
        episodes = random_spells(random, SPELLS)
        site.interchange(episodes)
        site.write()
        land(site.directory)
        close(site.directory, PERIOD)
        found = {row["spell_id"]: row for row in export(site.directory, "charges", PERIOD)}
    expected = {
        spell_id: spell.as_text()
        for spell_id, spell in price_all(episodes, editions_of(site)).items()
        if financial_year(spell.activity_month) == financial_year(PERIOD)
    }
    assert found.keys() == expected.keys()
    rows = spells_of(episodes)
    for spell_id, columns in expected.items():
        told = {name: found[spell_id][name] for name in columns}
        assert told == columns, f"{spell_id}: {rows[spell_id]}"


@examples(3)
@given(seed=st.integers(0, 2**32))
def test_the_random_spells_meet_every_status(seed: int) -> None:
    """The property above says something only if all kinds of spells are among them."""
    random = Random(seed)
    site = SiteBuilder(Path())
    random_editions(site, random)
    priced = price_all(random_spells(random, 1500), editions_of(site)).values()
    assert {spell.price_status for spell in priced} == {
        "excluded",
        "local",
        "no_tariff",
        "priced",
        "ungrouped",
    }
    for component in ("short_stay_adjustment", "excess_day_payment", "top_up_payment"):
        assert any(getattr(spell.components, component) for spell in priced), component
