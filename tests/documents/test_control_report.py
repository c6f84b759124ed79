"""The control report: what waits for a person first, every figure after, nothing but itself."""

import re
import subprocess
from pathlib import Path

import pytest
from lxml import html

from tests.documents.conftest import Rendered
from tests.documents.example_control import example_run, spoilt
from tests.documents.example_package import EXTREMES, rows_of
from transforms import package as p
from transforms.documents.control_report import (
    answer,
    attention,
    control_report,
    duration,
    safe_link,
)


@pytest.fixture(scope="module")
def control(rendered: Rendered) -> p.Control:
    return p.read_control(rendered.folder)


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.document_fromstring(page).body.text_content())


def test_a_good_month_says_that_nothing_waits(control: p.Control) -> None:
    run = example_run()
    assert answer(control, run) == "Everything ties"
    assert attention(control, run) == []
    assert "Nothing waits for you" in words_of(control_report(control, run))


def test_a_bad_month_names_what_waits_the_serious_first(control: p.Control) -> None:
    waiting = attention(spoilt(control), example_run(failed=True))
    assert [item.serious for item in waiting] == [True, True, True, False, False]
    assert waiting[0].text == "Does not tie: Charges standing are what was posted."
    assert answer(spoilt(control), example_run(failed=True)) == "1 control total does not tie"
    text = words_of(control_report(spoilt(control), example_run(failed=True)))
    assert "off by" in text
    assert "pbc release RZ2:000013" in text
    assert "F03" in text


def test_every_loss_of_the_flow_is_named_and_counted(control: p.Control) -> None:
    text = words_of(control_report(control, example_run()))
    for step in control.funnel:
        assert step.name in text
        for loss in step.losses:
            assert f"{loss.name} {loss.count:,}" in text


def test_declared_counts_stand_beside_records_and_fates(control: p.Control) -> None:
    text = words_of(control_report(control, example_run()))
    for one in control.interchanges:
        assert one.interchange_id in text
        assert one.file_name in text


def test_gates_link_to_data_docs_by_relative_path(control: p.Control) -> None:
    page = html.document_fromstring(control_report(control, example_run()))
    links = [link.get("href") for link in page.iter("a") if not link.get("href").startswith("#")]
    assert links == ["data_docs/feed/index.html", "data_docs/charges/index.html"]


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("data_docs/index.html", "data_docs/index.html"),
        ("../docs/index.html", "../docs/index.html"),
        ("javascript:alert(1)", None),
        ("https://example.org/", None),
        ("//example.org/a", None),
        ("/etc/passwd", None),
        ("\\\\host\\share", None),
        (None, None),
    ],
)
def test_links_lead_to_relative_paths_only(path: str | None, link: str | None) -> None:
    assert safe_link(path) == link


def test_without_timings_and_gates_it_says_so(control: p.Control) -> None:
    text = words_of(control_report(control, p.Run()))
    assert "No timings were recorded." in text
    assert "No gate result was recorded." in text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.4, "59.4 s"), (80.2, "1 min 20 s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_no_patient_is_in_it(control: p.Control) -> None:
    page = control_report(control, example_run())
    for row in rows_of(EXTREMES["ordinary"], "2004-09"):
        assert row["nhs_number"] not in page
        assert row["provider_spell_number"] not in page


def test_hostile_names_stay_text(control: p.Control) -> None:
    hostile = "<script>alert(1)</script>"
    held = p.HeldFile(file_name=hostile, rule="H01", text='"><img src=file:///etc/passwd>')
    page = control_report(control, example_run().model_copy(update={"held_files": (held,)}))
    document = html.document_fromstring(page)
    assert not list(document.iter("script", "img"))
    assert hostile in document.body.text_content()


def test_chromium_shows_it_whole_without_any_other_file(rendered: Rendered, tmp_path: Path) -> None:
    report = rendered.control_report
    copy = tmp_path / "alone.html"
    copy.write_bytes(report.read_bytes())
    picture = tmp_path / "report.png"
    shown = subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--screenshot={picture}",
            "--window-size=1280,2400",
            "--enable-logging=stderr",
            copy.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "Refused to" not in shown.stderr  # nothing that its own policy forbids
    assert picture.stat().st_size > 100_000  # not a blank page
