"""Whether a month may begin: the one before has come to its end, documents and all."""

from pathlib import Path

import pytest

from tests import sample_site
from tests.pipeline_run import done
from transforms import documents, month_end
from transforms.errors import ControlFailure
from transforms.periods import Period
from transforms.site import Site, load_site

pytestmark = [pytest.mark.xdist_group("sample"), pytest.mark.slow]

CODE = sample_site.COMMISSIONER
SEPTEMBER = Period.parse(sample_site.SEPTEMBER)


def require_month_before(
    site: Site, code: str, period: Period, *, may_be_first: bool = True
) -> None:
    month_end.require_month_before(site, code, period, may_be_first=may_be_first)


def test_a_month_waits_for_the_documents_of_the_one_before(site_before_september: Path) -> None:
    site = load_site(site_before_september)
    with pytest.raises(ControlFailure, match="2004-09 must wait: the documents of 2004-08 are not"):
        require_month_before(site, CODE, SEPTEMBER)
    documents.render_commissioner(site.output(CODE, SEPTEMBER.previous(), 1))
    require_month_before(site, CODE, SEPTEMBER)


def test_a_month_out_of_turn_is_refused(site_before_september: Path) -> None:
    with pytest.raises(ControlFailure, match="2004-10 cannot be closed: 2004-09 comes before it"):
        require_month_before(load_site(site_before_september), CODE, SEPTEMBER.next())


@pytest.mark.parametrize("period", ["2004-04", "2004-08"])
def test_a_month_that_was_begun_has_passed_this(site_before_september: Path, period: str) -> None:
    require_month_before(load_site(site_before_september), CODE, Period.parse(period))


def test_the_first_month_has_none_before_it(tmp_path: Path) -> None:
    done(tmp_path, "init", str(tmp_path / "site"), "--sample")
    site = load_site(tmp_path / "site")
    require_month_before(site, CODE, Period.parse("2004-04"))
    with pytest.raises(ControlFailure, match="a schedule does not say where its books begin"):
        require_month_before(site, CODE, Period.parse("2004-04"), may_be_first=False)


def test_a_month_that_a_gate_stopped_stops_the_next(site_before_september: Path) -> None:
    site = load_site(site_before_september)
    documents.render_commissioner(site.output(CODE, SEPTEMBER.previous(), 1))
    result = site.output(CODE, SEPTEMBER.previous(), 1).parent / "gates" / "statements.json"
    text = result.read_text()
    result.write_text(
        text.replace('"status": "passed"', '"status": "failed"').replace(
            '"passed": true', '"passed": false', 1
        )
    )
    with pytest.raises(ControlFailure, match="The gate statements stopped 2004-08"):
        require_month_before(site, CODE, SEPTEMBER)
