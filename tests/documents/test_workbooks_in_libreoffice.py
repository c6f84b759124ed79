"""The workbooks opened, recalculated and read back by LibreOffice: every tie comes out the same."""

import shutil
import subprocess
from decimal import Decimal

import openpyxl
import pytest

from tests.documents.conftest import Rendered

RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@pytest.fixture(scope="module")
def opened(
    rendered: Rendered, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, openpyxl.Workbook]:
    """Workbooks that LibreOffice has read, calculated anew and written again."""
    folder = tmp_path_factory.mktemp("libreoffice")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE)
    given = {
        extreme: rendered.file(extreme, "xlsx")
        for extreme in ("ordinary", "excluded_pod", "no_activity")
    }
    given["summary"] = rendered.summary
    # Values as they were cached must not be what is read back.
    for name, path in given.items():
        shutil.copy(path, folder / f"{name}.xlsx")
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            folder / "calculated",
            *(folder / f"{name}.xlsx" for name in given),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return {
        name: openpyxl.load_workbook(folder / "calculated" / f"{name}.xlsx", data_only=True)
        for name in given
    }


@pytest.mark.parametrize("name", ["ordinary", "excluded_pod", "no_activity"])
def test_every_tie_of_the_detail_file_holds(
    opened: dict[str, openpyxl.Workbook], rendered: Rendered, name: str
) -> None:
    summary = opened[name]["Summary"]
    number = rendered.statement(name).identity.number
    assert summary["A4"].value == f"Yes: every figure below ties to statement {number}"
    ties = [row[5].value for row in summary.iter_rows(min_row=5)]
    assert "DOES NOT TIE" not in ties
    assert ties.count("ties") > 5


def test_the_sums_are_worked_out_from_the_sheets(
    opened: dict[str, openpyxl.Workbook], rendered: Rendered
) -> None:
    summary = opened["ordinary"]["Summary"]
    rows = {row[0].value: row for row in summary.iter_rows()}
    detail = rendered.statement("ordinary").detail
    assert rows["All charges standing"][1].value == detail.year_to_date_rows
    found = Decimal(str(rows["All charges standing"][3].value))
    assert found == detail.year_to_date_amount


def test_cells_are_read_back_as_what_they_are(opened: dict[str, openpyxl.Workbook]) -> None:
    sheet = opened["ordinary"]["Charges"]
    titles = [cell.value for cell in sheet[1]]
    first = dict(zip(titles, (cell.value for cell in sheet[2]), strict=True))
    assert first["Admission date"].year == 2004
    assert isinstance(first["NHS number"], str)
    assert isinstance(first["Total £"], int | float)


def test_every_tie_of_the_commissioners_summary_holds(
    opened: dict[str, openpyxl.Workbook],
) -> None:
    ties = [row[3].value for row in opened["summary"]["Summary"].iter_rows()]
    assert "DOES NOT TIE" not in ties
    assert ties.count("ties") == 4  # the bridge and three control totals
