"""What drives the cost: a dimension's ten dearest, all others together, and last year beside."""

from decimal import Decimal
from pathlib import Path

from tests.pipeline_run import close, done
from tests.site_builder import SiteBuilder
from transforms import package

LETTERS = "ABCDEFGHJKLM"


def test_the_ten_dearest_have_a_row_each_and_all_others_one(tmp_path: Path) -> None:
    """Of equals the first by code; what was there last year alone is one of the others."""
    building = SiteBuilder(tmp_path / "site")
    building.setting("gates", enforce=False)
    this_year, last_year = building.edition(), building.edition("old", financial_year="2003/04")
    for place, letter in enumerate(LETTERS):
        # A01 costs 1,200, B01 1,100 and so on; the last two cost the same.
        price = max(1200 - 100 * place, 200)
        this_year.tariff(f"{letter}01", elective_price=price)
        building.episode(hrg_code=f"{letter}01", admission_date="2004-04-05")
    last_year.tariff("A01", elective_price=900)
    last_year.tariff("Z01", elective_price=5000)
    for code in ("A01", "A01", "Z01"):
        building.episode(hrg_code=code, admission_date="2003-04-05")
    site = building.write()
    done(site, "land")
    close(site, "2004-04")
    statement = next((site / "out").glob("*/2004-04/r1/Y9*/statement.json")).parent
    hrgs = package.read_statement(statement).drivers.hrgs
    shown = [(row.code, row.amount, row.previous_spells) for row in hrgs.rows]
    assert shown == [
        ("A01", Decimal(1200), 2),
        *((f"{LETTERS[place]}01", Decimal(1200 - 100 * place), 0) for place in range(1, 10)),
    ]
    assert hrgs.others is not None
    # L01 and M01 at 200 each, and Z01, which last year alone had.
    assert hrgs.others_count == 3
    assert (hrgs.others.spells, hrgs.others.amount) == (2, Decimal(200 + 200))
    assert (hrgs.others.previous_spells, hrgs.others.previous_amount) == (1, Decimal(5000))
    assert (hrgs.total.spells, hrgs.total.previous_spells) == (12, 3)
    assert hrgs.total.amount == sum(1200 - 100 * place for place in range(11)) + 200
    assert hrgs.total.previous_amount == 2 * 900 + 5000
