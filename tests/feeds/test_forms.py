"""Every form of a feed says the same: field by field in the record log, and in the charges."""

import csv
import dataclasses
import gzip
import io
from pathlib import Path
from typing import Any

import pytest

from tests.feeds import forms
from tests.land.conftest import Query
from tests.pipeline_run import close, export, land
from tests.site_builder import NwcsFile, Row, SiteBuilder, episode_row

# What a row of the log has from its landing and not from what was sent.
OF_THE_LANDING = "landing_number, file_line, scope_number, as_submitted"
NOT_IN_FLAT_FILES = "hrg_code, hrg_version, spell_hrg_code"


def activity() -> list[Row]:
    """A few records that use every field."""
    return [
        episode_row(
            1,
            secondary_diagnoses="E11;I10X;N18",
            primary_procedure="T20",
            secondary_procedures="Z94;Y53",
            critical_care_days=2,
            rehabilitation_days=1,
            palliative_care_days=3,
            discharge_method="1",
            discharge_destination="19",
            intended_management="1",
            gmp_code="G9999981",
            referrer_code="C9999998",
            commissioning_serial_number="12345=",
            spell_hrg_code="H02",
        ),
        episode_row(2, provider_code="RXA00", commissioner_code="5XA00", postcode="ZZ99 3VZ"),
        episode_row(3, cds_update_type="1"),
        episode_row(4, nhs_number="", nhs_number_status="04", discharge_date=""),
    ]


def log(ask: Query, landing: int, besides: str = OF_THE_LANDING) -> list[dict[str, Any]]:
    """The log's rows of one landing, but for some columns."""
    return ask(
        f"select * exclude ({besides}) from record where landing_number = {landing} order by rowid"
    )


def written(folder: Path, rows: list[Row]) -> dict[str, Path]:
    """The same rows in every form."""
    folder.mkdir()
    contents = {
        "flat.txt": forms.flat_file(rows),
        "padded.txt": forms.flat_file(rows, padded=True, line_end="\r\n"),
        "sus.csv": forms.csv_file(forms.sus_rows(rows)),
        "full.csv": forms.full_sus_file(rows),
    }
    paths = {"nwcs.csv": NwcsFile("N1", rows).write(folder / "nwcs.csv")}
    for name, content in contents.items():
        paths[name] = folder / name
        paths[name].write_bytes(content)
    return paths


def test_every_form_fills_the_same_fields(site: Path, tmp_path: Path, ask: Query) -> None:
    paths = written(tmp_path / "sent", activity())
    land(site, *paths.values())
    whole = log(ask, 1)
    but_hrgs = log(ask, 1, f"{OF_THE_LANDING}, {NOT_IN_FLAT_FILES}")
    assert len(whole) == 4
    for landing, name in enumerate(paths, start=1):
        flat = name.endswith(".txt")
        besides = f"{OF_THE_LANDING}, {NOT_IN_FLAT_FILES}" if flat else OF_THE_LANDING
        assert log(ask, landing, besides) == (but_hrgs if flat else whole), name


def test_what_a_record_has_besides_is_kept(site: Path, tmp_path: Path, ask: Query) -> None:
    land(site, written(tmp_path / "sent", activity())["sus.csv"])
    kept = [row["as_submitted"] for row in ask("select as_submitted from record order by rowid")]
    assert kept[0] == "generated_record_identifier=1000"
    assert kept[1].splitlines() == [
        "generated_record_identifier=1001",
        "provider_code=RXA00",
        "commissioner_code=5XA00",
    ]


@pytest.mark.parametrize("name", ["flat.txt", "sus.csv", "grouper.csv", "nwcs.csv"])
def test_gzip_and_a_byte_order_mark_are_nothing_to_ask_about(
    name: str, site: Path, tmp_path: Path, ask: Query
) -> None:
    rows = activity()
    plain = {
        "flat.txt": forms.flat_file(rows),
        "sus.csv": forms.csv_file(forms.sus_rows(rows)),
        "grouper.csv": forms.grouper_file(rows),
        "nwcs.csv": NwcsFile("N1", rows).content(),
    }[name]
    file = tmp_path / "a name that says nothing"
    file.write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain))
    land(site, file)
    found = ask("select format, records from interchange")[0]
    assert found == {
        "format": "cds62" if name == "flat.txt" else Path(name).stem,
        "records": 0 if name == "grouper.csv" else 4,
    }


def test_dates_of_sus_with_and_without_dashes(site: Path, tmp_path: Path, ask: Query) -> None:
    rows = forms.sus_rows([episode_row(1)])
    compact = [
        {
            name: forms.digits(text) if name.endswith((")", "/time", "Date", "Birth")) else text
            for name, text in row.items()
        }
        for row in rows
    ]
    for number, content in enumerate((rows, compact)):
        (tmp_path / f"{number}.csv").write_bytes(forms.csv_file(content))
        land(site, tmp_path / f"{number}.csv")
    assert log(ask, 1) == log(ask, 2)
    assert ask("select count(*) as n from quarantine")[0]["n"] == 0


def test_columns_of_sus_stand_in_any_order(site: Path, tmp_path: Path, ask: Query) -> None:
    rows = forms.sus_rows(activity())
    for number, columns in enumerate((list(rows[0]), sorted(rows[0]))):
        (tmp_path / f"{number}.csv").write_bytes(forms.csv_file(rows, columns))
        land(site, tmp_path / f"{number}.csv")
    assert log(ask, 1) == log(ask, 2)


def test_every_value_may_be_quoted(site: Path, tmp_path: Path, ask: Query) -> None:
    """RFC 4180: of header, column line and trailer, too."""
    content = {
        "nwcs": NwcsFile("FIRST", activity()).content(),
        "sus": forms.csv_file(forms.sus_rows(activity())),
        "grouper": forms.grouper_file(activity()),
    }
    for name, plain in content.items():
        lines = list(csv.reader(io.StringIO(plain.decode())))
        quoted = io.StringIO()
        csv.writer(quoted, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(lines)
        (tmp_path / name).write_text(quoted.getvalue().replace("FIRST", "SECOND"))
        (tmp_path / "plain").write_bytes(plain)
        land(site, tmp_path / name, tmp_path / "plain")
    assert log(ask, 1) == log(ask, 2)
    assert log(ask, 3) == log(ask, 4)
    assert ask("select count(*) as n from grouper_result")[0]["n"] == 2 * len(activity())


def test_hrg_code_stands_in_where_fce_hrg_is_blank(site: Path, tmp_path: Path, ask: Query) -> None:
    rows = [
        row | {"HRG Code": "E36", "FCE HRG": fce}
        for row, fce in zip(
            forms.sus_rows([episode_row(1), episode_row(2)]), ("", "H02"), strict=True
        )
    ]
    (tmp_path / "sus.csv").write_bytes(forms.csv_file(rows))
    land(site, tmp_path / "sus.csv")
    assert [row["hrg_code"] for row in ask("select hrg_code from record order by rowid")] == [
        "E36",
        "H02",
    ]


def test_more_codes_than_a_flat_line_holds(site: Path, tmp_path: Path, ask: Query) -> None:
    """Fifty a line; only the first of the line numbered 001 is primary."""
    secondary = [f"A{number:02d}" for number in range(60)]
    row = episode_row(1, secondary_diagnoses=";".join(secondary))
    lines = forms.flat_lines(row, "CONNECTION1")
    # Later lines may come first: their number counts.
    swapped = [lines[0], lines[2], lines[1], *lines[3:]]
    (tmp_path / "flat.txt").write_text("\n".join([*swapped, ""]))
    land(site, tmp_path / "flat.txt")
    found = ask("select primary_diagnosis, secondary_diagnoses from record")[0]
    assert found["primary_diagnosis"] == "K40"
    assert found["secondary_diagnoses"].split(";") == secondary


def test_a_code_that_ends_with_its_line_is_read(site: Path, tmp_path: Path, ask: Query) -> None:
    row = episode_row(1, secondary_diagnoses="ABCDEF")
    lines = [line.rstrip() for line in forms.flat_lines(row, "CONNECTION1")]
    assert lines[1].endswith("ABCDEF")
    (tmp_path / "flat.txt").write_text("\n".join([*lines, ""]))
    land(site, tmp_path / "flat.txt")
    assert ask("select secondary_diagnoses as found from record")[0]["found"] == "ABCDEF"


def test_critical_care_periods_of_a_flat_record_are_summed(
    site: Path, tmp_path: Path, ask: Query
) -> None:
    lines = forms.flat_lines(episode_row(1), "CONNECTION1")
    for count, (start, discharge) in enumerate(
        (("20040410", "20040411"), ("20040411", "20040413"), ("20040413", "")), start=1
    ):
        period = {1: (2, "06"), 3: (35, "CONNECTION1"), 38: (3, f"{count:03d}")}
        lines.append(forms.placed(period | {51: (8, start), 112: (8, discharge)}))
    (tmp_path / "flat.txt").write_text("\n".join([*lines, ""]))
    land(site, tmp_path / "flat.txt")
    assert ask("select critical_care_days as days from record")[0]["days"] == 1 + 2


def test_records_of_other_data_sets_and_lines_not_used_are_counted(
    site: Path, tmp_path: Path, ask: Query
) -> None:
    inpatient = forms.flat_lines(episode_row(1), "CONNECTION1")
    ward = forms.placed({1: (2, "04"), 3: (35, "CONNECTION1"), 38: (3, "001")})
    outpatient = forms.flat_lines(episode_row(2, cds_record_type="020"), "CONNECTION2")[:1]
    unknown = forms.flat_lines(episode_row(3, cds_record_type="999"), "CONNECTION3")
    lines = [*outpatient, *inpatient, ward, *unknown]
    (tmp_path / "flat.txt").write_text("\n".join([*lines, ""]))
    outcome = land(site, tmp_path / "flat.txt")
    assert "2 records landed, 1 quarantined. 2 passed over." in outcome.output
    assert ask("select passed_over, records from interchange")[0] == {
        "passed_over": 2,
        "records": 2,
    }
    assert [row["file_line"] for row in ask("select file_line from record order by rowid")] == [
        2,
        6,
    ]
    assert ask("select rules from quarantine")[0]["rules"] == "E03"


def test_a_file_without_an_identifier_is_known_by_its_content(
    site: Path, tmp_path: Path, ask: Query
) -> None:
    own, none = tmp_path / "own.csv", tmp_path / "none.csv"
    own.write_bytes(
        forms.csv_file(forms.sus_rows([episode_row(1)], forms.Sent(interchange_id="IC7")))
    )
    none.write_bytes(forms.csv_file(forms.sus_rows([episode_row(2)])))
    land(site, own, none)
    found = ask("select interchange_id, content_sha256 from interchange order by landing_number")
    assert found[0]["interchange_id"] == "IC7"
    assert found[1]["interchange_id"] == found[1]["content_sha256"]


def test_one_file_with_several_scopes(site: Path, tmp_path: Path, ask: Query) -> None:
    """Each record names its own; 00 at a sender's end makes no scope of its own."""
    april = forms.Sent(
        protocol="020",
        bulk_group="010",
        period_start="2004-04-01",
        period_end="2004-04-30",
        sender="RXA00",
    )
    same = forms.Sent(**{**vars(april), "sender": "RXA"})
    may = forms.Sent(
        **{**vars(april), "period_start": "2004-05-01", "period_end": "2004-05-31"},
    )
    rows = [episode_row(1), episode_row(2), episode_row(3, admission_date="2004-05-10")]
    lines = [
        line
        for number, (row, sent) in enumerate(zip(rows, (april, same, may), strict=True))
        for line in forms.flat_lines(row, f"CONNECTION{number}", sent)
    ]
    net = forms.flat_lines(episode_row(4), "CONNECTION9")
    (tmp_path / "flat.txt").write_text("\n".join([*lines, *net, ""]))
    land(site, tmp_path / "flat.txt")
    scopes = ask("select sender, period_start::text as period_start from scope order by 2")
    assert scopes == [
        {"sender": "RXA", "period_start": "2004-04-01"},
        {"sender": "RXA", "period_start": "2004-05-01"},
    ]
    assert [row["n"] for row in ask("select scope_number as n from record order by rowid")] == [
        *(1, 1, 2),
        None,
    ]
    assert ask("select protocol as p from interchange")[0]["p"] is None
    assert ask("select count(*) as n from quarantine")[0]["n"] == 0


@pytest.mark.parametrize("form", ["cds62", "sus"])
def test_records_of_one_file_never_replace_each_other(
    form: str, site: Path, tmp_path: Path, ask: Query
) -> None:
    """An interchange has one extract date-time: the latest that its records say."""
    april = forms.Sent(
        protocol="020", bulk_group="010", period_start="2004-04-01", period_end="2004-04-30"
    )
    later = dataclasses.replace(april, extract_datetime="2004-05-05T06:00:01")
    wider = dataclasses.replace(
        april, period_end="2004-05-31", extract_datetime="2004-05-05T06:00:02"
    )
    sent = [(episode_row(n), each) for n, each in enumerate((april, later, wider))]
    if form == "cds62":
        lines = [
            line
            for number, (row, each) in enumerate(sent)
            for line in forms.flat_lines(row, f"CONNECTION{number}", each)
        ]
        (tmp_path / "feed").write_text("\n".join([*lines, ""]))
    else:
        rows = [line for row, each in sent for line in forms.sus_rows([row], each)]
        (tmp_path / "feed").write_bytes(forms.csv_file(rows))
    land(site, tmp_path / "feed")
    times = ask("select period_end::text as last, effective_time::text as t from scope order by 1")
    assert len(times) == 2
    assert {each["t"] for each in times} == {"2004-05-05 06:00:02"}
    fates = ask("select fate, count(*) as n from record_fate(1) group by all")
    assert fates == [{"fate": "live", "n": 3}]


def test_a_scope_of_sus_reaches_no_further_than_the_rows_that_name_it(
    site: Path, tmp_path: Path, ask: Query
) -> None:
    """The period is the provider's; the extract covers what its rows do."""
    april = forms.Sent(
        protocol="020", bulk_group="010", period_start="2004-04-01", period_end="2004-04-30"
    )
    rows = [
        episode_row(1, admission_date="2004-04-05"),
        episode_row(2, admission_date="2004-04-15"),
    ]
    land(site, NwcsFile("N1", [episode_row(9, admission_date="2004-04-25")]).write(tmp_path / "n"))
    (tmp_path / "sus.csv").write_bytes(forms.csv_file(forms.sus_rows(rows, april)))
    land(site, tmp_path / "sus.csv")
    assert ask("select period_start::text as first, period_end::text as last from scope") == [
        {"first": "2004-04-08", "last": "2004-04-18"}
    ]
    close(site, "2004-04")
    fates = {(row["interchange_id"], row["fate"]) for row in export(site, "fates", "2004-04")}
    assert ("N1", "live") in fates


def test_grouper_results_are_found_by_name_and_the_newest_counts(
    site: Path, tmp_path: Path, ask: Query
) -> None:
    rows = [episode_row(1, hrg_code="H01"), episode_row(2, hrg_code="")]
    for number, codes in enumerate((("H01", "H01"), ("H02", ""))):
        grouped = [row | {"hrg_code": code} for row, code in zip(rows, codes, strict=True)]
        (tmp_path / f"g{number}.csv").write_bytes(forms.grouper_file(grouped))
    (tmp_path / "flat.txt").write_bytes(forms.flat_file(rows))
    outcome = land(site, tmp_path / "g0.csv", tmp_path / "flat.txt", tmp_path / "g1.csv")
    assert outcome.output.count("2 grouper results landed.") == 2
    (site / "site.toml").open("a").write("[gates]\nenforce = false\n")
    close(site, "2004-04")
    found = ask("select provider_spell_number, hrg_code from grouped_episode order by 1")
    assert [row["hrg_code"] for row in found] == ["H02", None]
    assert {row["format"] for row in ask("select format from interchange")} == {"cds62", "grouper"}


def test_results_without_a_key_or_given_twice_are_passed_over_and_told(
    site: Path, tmp_path: Path, ask: Query
) -> None:
    rows = [episode_row(1, hrg_code="H01"), episode_row(1), episode_row(2, episode_number="x")]
    (tmp_path / "g.csv").write_bytes(forms.grouper_file(rows))
    outcome = land(site, tmp_path / "g.csv")
    assert "1 grouper result landed. 2 passed over." in outcome.output
    assert "given again further down" in outcome.output
    assert ask("select hrg_code from grouper_result") == [{"hrg_code": "H02"}]


@pytest.mark.parametrize("form", ["flat.txt", "sus.csv", "full.csv"])
def test_the_same_activity_gives_the_same_charges(form: str, tmp_path: Path) -> None:
    """To the penny; HRGs come by the grouper where the form has none."""
    charges = {}
    for name in ("nwcs.csv", form):
        builder = SiteBuilder(tmp_path / name)
        builder.setting("gates", enforce=False)
        builder.tariff(
            "H02",
            elective_price="1000",
            elective_trim_point="2",
            excess_day_price="100",
            non_elective_price="1500",
            non_elective_trim_point="2",
        )
        builder.tariff("E36", elective_price="700", non_elective_price="900", daycase_price="450")
        builder.write()
        rows = [
            episode_row(1, nights=9, critical_care_days=2, rehabilitation_days=1),
            episode_row(2, nights=0, patient_classification="2", hrg_code="E36"),
            episode_row(3, admission_method="21", nights=5, provider_code="RXA00"),
            episode_row(4, hrg_code=""),
            episode_row(5, commissioning_serial_number="12345="),
            episode_row(6, administrative_category="02"),
        ]
        rows = [row | {"spell_hrg_code": row["hrg_code"]} for row in rows]
        sent = tmp_path / f"{name}-sent"
        paths = [written(sent, rows)[name]]
        if name == "flat.txt":
            paths.append(sent / "grouper.csv")
            paths[-1].write_bytes(forms.grouper_file(rows))
        land(builder.directory, *paths)
        close(builder.directory, "2004-04")
        charges[name] = export(builder.directory, "charges", "2004-04")
    assert len(charges["nwcs.csv"]) == 6
    assert sum(float(row["total_price"] or 0) > 0 for row in charges["nwcs.csv"]) >= 3
    assert charges[form] == charges["nwcs.csv"]
