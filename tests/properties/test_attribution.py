"""Random registrations, practices and successions: the pipeline attributes as plain Python does."""

from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from tests.models.attribution import attribute
from tests.models.from_site import reference_of
from tests.models.protocol import canonical
from tests.pipeline_run import close, export, land
from tests.properties.effort import examples
from tests.site_builder import Row, SiteBuilder, episode_row, nhs_number

PERIOD = "2004-09"
SPELLS = 3000
PATIENTS = 600
PRACTICES = [f"Y970{place:02d}" for place in range(12)]
DOCTORS = [f"G97000{place:02d}" for place in range(12)]


def day(random: Random) -> str:
    """Returns one of few days around the period, so that equal dates come up all the time."""
    return str(date(2004, 8, 20) + timedelta(days=random.randint(0, 40)))


def sometimes(random: Random, text: str) -> str:
    """Returns a text or, as often, none."""
    return text if random.random() < 0.5 else ""


def random_reference(site: SiteBuilder, random: Random) -> None:
    """Gives a site practices that open, close, come and go, and a tree of successions."""
    for place, code in enumerate(PRACTICES):
        opens, closes = sorted((day(random), day(random)))
        site.practice(
            code,
            member=False,
            open_date=sometimes(random, opens),
            close_date=sometimes(random, closes),
        )
        if random.random() < 0.9:
            comes, goes = sorted((day(random), day(random)))
            site.membership(code, "5XA", sometimes(random, comes) or "1990-01-01", goes)
        if random.random() < 0.3:
            site.membership(code, "5XB", "1990-01-01")
        heirs = PRACTICES[place + 1 :]
        if heirs and random.random() < 0.5:
            year = random.choice(("2003-10-01", "2004-03-31", "2004-04-01", "2005-04-01"))
            site.succession(code, random.choice(heirs), random.choice((year, day(random))))
    for doctor in DOCTORS:
        for _ in range(random.randint(0, 3)):
            comes, goes = sorted((day(random), day(random)))
            site.gp(doctor, random.choice(PRACTICES), comes, sometimes(random, goes))
    for number in range(1, PATIENTS):
        for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
            comes, goes = sorted((day(random), day(random)))
            site.registration(
                nhs_number(number), random.choice(PRACTICES), comes, sometimes(random, goes)
            )


def random_record(random: Random, number: int) -> Row:
    """Returns a spell's one episode, with patient, practice, doctor and residence at random."""
    right = nhs_number(random.randint(1, PATIENTS))
    wrong = f"{int(right) + 1:010d}"
    admitted = date.fromisoformat(day(random))
    return episode_row(
        number,
        nights=random.randint(0, 8),
        admission_date=min(admitted, date(2004, 9, 22)),
        nhs_number=random.choice((right, right, right, wrong, "", "1111111111", right[:9])),
        nhs_number_status=random.choice(("01", "03", "")),
        gp_practice_code=random.choice((*PRACTICES, "V81997", "V81998", "V81999", "", "Y99999")),
        gmp_code=random.choice((*DOCTORS, "G9999998", "")),
        residence_commissioner=random.choice(("5XA", "5XA00", "5XB", "")),
    )


@examples(1)
@given(seed=st.integers(0, 2**32))
def test_every_attribution_is_the_models(seed: int) -> None:
    """Basis, practices, responsibility and budget holder of every spell."""
    random = Random(seed)
    date_used = random.choice(("admission", "discharge"))
    records = [random_record(random, number) for number in range(1, SPELLS + 1)]
    with TemporaryDirectory() as directory:
        builder = SiteBuilder(Path(directory), practice=False)
        builder.setting("gates", enforce=False)
        builder.setting("attribution", date=date_used)
        random_reference(builder, random)
        builder.interchange(records)
        site = builder.write()
        land(site)
        close(site, PERIOD)
        rows = export(site, "charges", PERIOD)
    found = {row["provider_spell_number"]: row for row in rows}
    reference = reference_of(builder)
    for record in records:
        row = found[record["provider_spell_number"]]
        told = attribute(canonical(record), record["discharge_date"], reference, PERIOD, date_used)
        columns = {**vars(told), "responsible": str(told.responsible).lower()}
        assert {name: row[name] for name in columns} == columns, record
