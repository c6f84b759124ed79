"""Files that are not loaded at all: the message a user gets, and nothing changed."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.feeds import forms
from tests.pipeline_run import done, pbc
from tests.site_builder import FAULTS, NwcsFile, csv_text, episode_row
from transforms import warehouse
from transforms.site import load_site

BULK = {
    "protocol": "020",
    "bulk_group": "010",
    "period_start": "2004-04-01",
    "period_end": "2004-04-30",
}
SECRET = "9990000034"  # the first record's NHS number, which no message may show

# What is said of each way to spoil an nwcs file, after its rule.
NWCS_SAYS = {
    "unknown format": "line 1: The format of this file is not known.",
    "unknown version": "line 1: This is version '2' of NWCS-APC; version 1 is known.",
    "no trailer": "line 4: The file does not end with a trailer (TRL): it was cut short",
    "text after the trailer": "line 6: The file does not end with a trailer (TRL)",
    "blank line after the trailer": "The file does not end with a trailer (TRL)",
    "second interchange": "A TRL line stands here, among or after the records",
    "wrong count": "line 5: The trailer says 3 records and the file has 2.",
    "trailer of another interchange": "line 5: The trailer is not of the header's interchange.",
    "short header": "line 1: The header has 10 fields instead of 11.",
    "required column missing": "line 2: Required columns are missing: admission_method.",
    "line too long": "line 3: The line has more or fewer fields than the column line",
    "line too short": "line 3: The line has more or fewer fields than the column line",
    "report period missing": "line 1: The bulk replacement's report period is missing.",
    "report period backwards": "line 1: The bulk replacement's report period starts after its end.",
}


def refused(site: Path, file: Path) -> str:
    """Lands a file that must be refused; returns what the user is told."""
    outcome = pbc(site, "land", str(file))
    assert outcome.exit_code == 2, outcome
    assert SECRET not in outcome.output
    assert outcome.output.startswith(f"{file.name}: refused. F0")
    report = site / "refused" / "5XA" / f"{file.name}.report.txt"
    told = outcome.output.strip().removeprefix(f"{file.name}: refused. ")
    assert report.read_text() == f"{file.name}\nrefused: {told}\n"
    with warehouse.open_warehouse(load_site(site), "5XA", "looking", read_only=True) as connection:
        for table in ("interchange", "record", "quarantine", "scope", "grouper_result"):
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,), table
    return told


@pytest.mark.parametrize(
    ("line", "value"), [(3, "plain"), (4, "plain"), (3, "with, comma"), (4, "with\nline end")]
)
def test_a_line_that_shifted_into_blank_fields(
    line: int, value: str, site: Path, tmp_path: Path
) -> None:
    """A comma more than the column line has, where the last fields are blank."""
    rows = [episode_row(1, sex=value), episode_row(2)]
    lines = NwcsFile("N1", rows).lines()
    lines[line - 1][5:5] = [""]
    (tmp_path / "feed.csv").write_text(csv_text(lines))
    told = refused(site, tmp_path / "feed.csv")
    assert told.startswith(f"F04 line {line}: The line has more or fewer fields")


@pytest.mark.parametrize("value", ["with, comma", "with\nline end", 'with " quote'])
def test_what_stands_in_quotes_is_a_value(value: str, site: Path, tmp_path: Path) -> None:
    file = NwcsFile("N1", [episode_row(1, sex=value), episode_row(2)])
    done(site, "land", str(file.write(tmp_path / "feed.csv")))


def test_a_count_that_no_file_can_have(site: Path, tmp_path: Path) -> None:
    content = NwcsFile("N1", [episode_row(1)]).content().decode()
    (tmp_path / "feed.csv").write_text(content.replace("TRL,N1,1", "TRL,N1," + "1" * 5000))
    assert "F04 line 4: The trailer is not TRL," in refused(site, tmp_path / "feed.csv")


def test_a_line_that_is_no_utf_8_and_too_long(site: Path, tmp_path: Path) -> None:
    """Where a column is passed over besides, DuckDB's own reader breaks down on such a line."""
    content = NwcsFile("N1", [episode_row(1), episode_row(2)]).content()
    content = content.replace(b",commissioner_code", b",ward", 1)
    (tmp_path / "feed.csv").write_bytes(content.replace(b"\nREC,RXA00000002", b"\x8aREC,RXA2"))
    told = refused(site, tmp_path / "feed.csv")
    assert told == "F01 line 3: The line is not UTF-8 text. Ask for the file in UTF-8."


def test_a_character_that_was_cut_in_two_is_a_file_cut_short(site: Path, tmp_path: Path) -> None:
    content = NwcsFile("N1", [episode_row(1, sex="\u00e9")]).content()
    (tmp_path / "feed.csv").write_bytes(content[: content.index("\u00e9".encode()) + 1])
    assert "F02 line 3: The file does not end with a trailer" in refused(
        site, tmp_path / "feed.csv"
    )


def test_characters_across_the_blocks_that_are_read(site: Path, tmp_path: Path) -> None:
    """A mebibyte each: a character may begin in one and end in the next."""
    rows = [episode_row(number, sex="\u20ac" * 100_000) for number in range(1, 15)]
    done(site, "land", str(NwcsFile("N1", rows).write(tmp_path / "feed.csv")))


def test_duckdb_that_breaks_down_is_one_clear_error(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is known any more that does it, so it is made to."""
    run = warehouse.run

    def broken(connection: duckdb.DuckDBPyConnection, file: str, **variables: object) -> None:
        if file == "land/record.sql":
            raise duckdb.InternalException("INTERNAL Error: about a patient")
        run(connection, file, **variables)

    monkeypatch.setattr(warehouse, "run", broken)
    outcome = pbc(site, "land", str(NwcsFile("N1", [episode_row(1)]).write(tmp_path / "feed.csv")))
    assert outcome.exit_code == 1
    assert outcome.output.startswith("pbc: feed.csv: DuckDB broke down on this file. Nothing of it")
    assert "patient" not in outcome.output


def test_a_file_that_is_called_a_report(site: Path) -> None:
    """What lies in refused/ may bear any name and be no text; landing goes on."""
    inbox = site / "inbox" / "5XA"
    (inbox / "a.report.txt").write_bytes(b"\xff\xfe\x80")
    assert "a.report.txt: refused. F01" in pbc(site, "land").output
    NwcsFile("N1", [episode_row(1)]).write(inbox / "b.csv")
    assert done(site, "land").output == "b.csv: landed. 1 record landed, 0 quarantined.\n"
    done(site, "status")


@pytest.mark.parametrize("fault", FAULTS)
def test_nwcs(fault: str, site: Path, tmp_path: Path) -> None:
    bulk = BULK if FAULTS[fault][0] == "F06" else {}
    file = NwcsFile("N1", [episode_row(1), episode_row(2)], **bulk)
    told = refused(site, file.write(tmp_path / "feed.csv", fault=fault))
    assert told.startswith(FAULTS[fault][0])
    assert NWCS_SAYS[fault] in told


def without(lines: list[str], *numbers: int) -> list[str]:
    return [line for number, line in enumerate(lines, start=1) if number not in numbers]


def changed(lines: list[str], number: int, change: Callable[[str], str]) -> list[str]:
    return [change(line) if at == number else line for at, line in enumerate(lines, start=1)]


# Lines 1 to 3 are the first record's (01, 02, 05), 4 to 6 the second's.
FLAT = {
    "another version": (
        lambda lines: [*changed(lines, 4, lambda line: line.replace("NHS6-2", "NHS6-3")), ""],
        "F01 line 4: The version (38-43) is not NHS6-2.",
    ),
    "another version throughout": (
        lambda lines: [*(line.replace("NHS6-2", "NHS5-0") for line in lines), ""],
        "F01 line 1: The version (38-43) is not NHS6-2.",
    ),
    "no line end": (
        lambda lines: [*lines[:-1], lines[-1][:100]],
        "F02 line 6: The last line is incomplete: the file was cut short.",
    ),
    "blank line at the end": (
        lambda lines: [*lines, "", ""],
        "F02 line 7: The last line is incomplete",
    ),
    "blank line": (
        lambda lines: [*lines[:3], "", *lines[3:], ""],
        "F04 line 4: The line is blank.",
    ),
    "unknown line type": (
        lambda lines: [*changed(lines, 2, lambda line: "13" + line[2:]), ""],
        "F04 line 2: The line's type is not one of 01 to 12.",
    ),
    "line 01 lost": (
        lambda lines: [*without(lines, 4), ""],
        "F04 line 4: The line's record connection identifier is not that of its record's line 01",
    ),
    "line end lost": (
        lambda lines: [*lines[:2], lines[2] + lines[3], *lines[4:], ""],
        "F04 line 3: The line is longer than its type, or holds another one.",
    ),
    "line doubled": (
        lambda lines: [*lines[:2], *lines[1:], ""],
        "F04 line 3: Its record has another line of this type and count.",
    ),
    "line without a count": (
        lambda lines: [*changed(lines, 2, lambda line: line[:37] + "  1" + line[40:]), ""],
        "F04 line 2: The line's count (38-40) is not three digits.",
    ),
    "control character": (
        lambda lines: [*changed(lines, 2, lambda line: line[:45] + "\x1f" + line[46:]), ""],
        "F04 line 2: The line has a control character",
    ),
    "sender blank": (
        lambda lines: [
            *changed(lines, 4, lambda line: line[:148] + " " * 12 + line[160:]),
            "",
        ],
        "F04 line 4: The sender is blank.",
    ),
    "unknown protocol": (
        lambda lines: [*changed(lines, 4, lambda line: line[:49] + "030" + line[52:]), ""],
        "F04 line 4: The protocol is neither 010 (net change) nor 020",
    ),
    "only outpatients": (
        lambda lines: [
            *changed(lines[:1], 1, lambda line: line[:43] + "020" + line[46:]),
            "",
        ],
        "F01 The file has records of other data sets only",
    ),
}


@pytest.mark.parametrize("fault", FLAT)
def test_flat_files(fault: str, site: Path, tmp_path: Path) -> None:
    spoil, says = FLAT[fault]
    lines = forms.flat_file([episode_row(1), episode_row(2)], padded=True).decode().splitlines()
    file = tmp_path / "feed.txt"
    file.write_text("\n".join(spoil(lines)))
    assert says in refused(site, file)


BULK_FAULTS = {
    "period missing": (
        {"period_end": ""},
        "F06 line {line}: The bulk replacement's report period is missing.",
    ),
    "period backwards": (
        {"period_end": "2004-03-31"},
        "F06 line {line}: The bulk replacement's report period starts after its end.",
    ),
    "period no date": (
        {"period_end": "2004-04-31"},
        "F04 line {line}: The bulk replacement's report period is not written as dates.",
    ),
    "unknown group": ({"bulk_group": "050"}, "F04 line {line}: The bulk replacement group"),
    "no extract": ({"extract_datetime": ""}, "F04 line {line}: The extract date and time"),
    "no recipient": (
        {"prime_recipient": ""},
        "F04 line {line}: The prime recipient of a bulk replacement is blank.",
    ),
}


@pytest.mark.parametrize("form", ["cds62", "sus"])
@pytest.mark.parametrize("fault", BULK_FAULTS)
def test_scopes_of_flat_files_and_sus(fault: str, form: str, site: Path, tmp_path: Path) -> None:
    given, says = BULK_FAULTS[fault]
    sent = forms.Sent(**(BULK | given))
    file = tmp_path / "feed"
    rows = [episode_row(1)]
    if form == "cds62":
        file.write_bytes(forms.flat_file(rows, sent))
    else:
        file.write_bytes(forms.csv_file(forms.sus_rows(rows, sent)))
    assert says.format(line=1 if form == "cds62" else 2) in refused(site, file)


SUS = {
    "required column missing": (
        lambda text: text.replace("Unique CDS identifier", "Another"),
        "F04 line 1: Required columns are missing: Unique CDS identifier.",
    ),
    "column of net change missing": (
        lambda text: text.replace("Update type", "Another"),
        "F04 line 1: Required columns are missing: Update type.",
    ),
    "column twice": (
        lambda text: text.replace("NHS Number Trace Status", "NHS Number"),
        "F04 line 1: The column line names NHS Number twice.",
    ),
    "secondary code twice": (
        lambda text: text.replace("Secondary Diagnosis 3", "Secondary Diagnosis 2"),
        "F04 line 1: The column line names a diagnosis twice.",
    ),
    "cut short": (
        lambda text: text[:-40],
        "F02 line 3: The last line is incomplete: the file was cut short.",
    ),
    "cut within the last field": (
        lambda text: text[:-2],
        "F02 line 3: The last line is incomplete",
    ),
    "column line only": (
        lambda text: text.splitlines()[0] + "\n",
        "F02 There is no row after the column line.",
    ),
    "blank line at the end": (lambda text: text + "\n", "F02 line 4: The last line is incomplete"),
    "blank line": (
        lambda text: text.replace("\n", "\n\n", 1),
        "F04 There is a blank line in the file",
    ),
    "a comma more, and the last field blank": (
        lambda text: text[:-1] + ",\n",
        "F04 line 3: The line has more or fewer fields than the column line",
    ),
    "a million columns": (
        lambda text: text.replace("\n", "," * 1_000_000 + "\n", 1),
        "F04 line 1: The column line has 1,000,",
    ),
    "not UTF-8": (
        lambda text: text.replace("L0000002", "L\xe9"),
        "F01 line 3: The line is not UTF-8",
    ),
    "mixed line ends": (
        lambda text: text.replace("\n", "\r\n", 1),
        "F01 The file cannot be read as text to its end: its line ends are mixed",
    ),
    "another format": (
        lambda text: "a,b\n1,2\n",
        "F01 line 1: The format of this file is not known. Send an nwcs extract",
    ),
    "nothing": (lambda text: "", "F01 The file is empty."),
    "no text": (lambda text: text[:5] + "\0" + text[5:], "F01 line 1: There is a NUL byte"),
}


@pytest.mark.parametrize("fault", SUS)
def test_sus(fault: str, site: Path, tmp_path: Path) -> None:
    spoil, says = SUS[fault]
    text = forms.csv_file(forms.sus_rows([episode_row(1), episode_row(2)])).decode()
    file = tmp_path / "feed.csv"
    file.write_bytes(spoil(text).encode("latin-1"))
    assert says in refused(site, file)


GROUPER = {
    "column missing": (
        lambda text: text.replace("FCE_HRG", "HRG"),
        "F04 line 1: Columns are missing: FCE_HRG.",
    ),
    "column twice": (
        lambda text: text.replace("CLASSPAT", "FCE_HRG"),
        "F04 line 1: Columns are named twice: FCE_HRG.",
    ),
    "cut short": (lambda text: text[:-3], "F02 line 2: The last line is incomplete"),
}


@pytest.mark.parametrize("fault", GROUPER)
def test_grouper_results(fault: str, site: Path, tmp_path: Path) -> None:
    spoil, says = GROUPER[fault]
    file = tmp_path / "grouped.csv"
    file.write_text(spoil(forms.grouper_file([episode_row(1)]).decode()))
    assert says in refused(site, file)


@pytest.mark.parametrize("form", ["nwcs", "sus"])
def test_an_identifier_is_used_once(form: str, site: Path, tmp_path: Path) -> None:
    """F05 for other content; the same content again is a no-op, and said so."""
    paths = []
    for number in (1, 2):
        rows = [episode_row(number)]
        paths.append(tmp_path / f"feed{number}.csv")
        sus = forms.csv_file(forms.sus_rows(rows, forms.Sent(interchange_id="IC1")))
        paths[-1].write_bytes(sus if form == "sus" else NwcsFile("IC1", rows).content())
    done(site, "land", str(paths[0]))
    outcome = pbc(site, "land", str(paths[1]))
    assert outcome.exit_code == 2
    assert (
        "feed2.csv: refused. F05 Interchange IC1 of sender RXA landed before with other content, "
        "as number 1 (feed1.csv). Ask the sender for a new interchange" in outcome.output
    )
    again = done(site, "land", str(paths[0]))
    assert "known. The same content landed before, as number 1 (feed1.csv)" in again.output


@pytest.mark.parametrize("cut", [30, 4])
def test_a_compressed_file_that_was_cut(cut: int, site: Path, tmp_path: Path) -> None:
    file = NwcsFile("N1", [episode_row(1)]).write(tmp_path / "feed.csv.gz", compress=True)
    file.write_bytes(file.read_bytes()[:-cut])
    assert "F02 The compressed file ends too early." in refused(site, file)


def test_a_compressed_file_that_was_damaged(site: Path, tmp_path: Path) -> None:
    file = NwcsFile("N1", [episode_row(1)]).write(tmp_path / "feed.csv.gz", compress=True)
    content = bytearray(file.read_bytes())
    content[40:60] = bytes(20)
    file.write_bytes(content)
    assert "F01 The file begins like gzip but cannot be decompressed." in refused(site, file)


def test_other_files_of_the_same_call_are_landed(site: Path, tmp_path: Path) -> None:
    good = NwcsFile("N1", [episode_row(1)]).write(tmp_path / "a.csv")
    bad = NwcsFile("N2", [episode_row(2)]).write(tmp_path / "b.csv", fault="no trailer")
    later = NwcsFile("N3", [episode_row(3)]).write(tmp_path / "c.csv")
    outcome = pbc(site, "land", str(good), str(bad), str(later))
    assert outcome.exit_code == 2
    assert outcome.output.count("1 record landed, 0 quarantined.") == 2
    assert all(path.exists() for path in (good, bad, later))


def test_an_unknown_column_is_ignored_with_a_notice(site: Path, tmp_path: Path) -> None:
    file = NwcsFile("N1", [episode_row(1)])
    file.columns = (*file.columns, "ward")
    outcome = done(site, "land", str(file.write(tmp_path / "feed.csv")))
    assert "feed.csv: Columns ignored: ward." in outcome.output
