"""Spoilt files of every form: landed with every record accounted for, or refused with a code.

Never an exception, never a silent loss, never a warehouse changed by a refused file. FUZZ_MUTANTS
says how many files are made in all (2,000 unless told), FUZZ_SEED where their randomness starts.
"""

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import duckdb
import pytest

from tests.feeds import forms
from tests.site_builder import NwcsFile, Row, SiteBuilder, episode_row
from transforms import land, warehouse
from transforms.site import load_site

MUTANTS = int(os.environ.get("FUZZ_MUTANTS", "2000"))
SEED = int(os.environ.get("FUZZ_SEED", "2004"))
BATCHES = 4  # of each form: tests that can run beside each other
CODES = {"F01", "F02", "F03", "F04", "F05", "F06", "H01"}
TABLES = ("interchange", "record", "quarantine", "scope", "grouper_result")

BULK = {
    "protocol": "020",
    "bulk_group": "010",
    "period_start": "2004-04-01",
    "period_end": "2004-04-30",
}


def rows() -> list[Row]:
    return [
        episode_row(1, secondary_diagnoses="E11;I10X", primary_procedure="T20"),
        episode_row(2, cds_update_type="1"),
        episode_row(3, critical_care_days=1, postcode="ZZ99 3VZ"),
        episode_row(4, local_patient_identifier=""),
    ]


def nwcs(number: int) -> bytes:
    header = BULK if number % 2 else {}
    return NwcsFile(f"N{number}", rows(), **header).content()


def cds62(number: int) -> bytes:
    sent = forms.Sent(**BULK) if number % 2 else forms.NET_CHANGE
    return forms.flat_file(rows(), sent, padded=number % 3 == 0)


def sus(number: int) -> bytes:
    sent = forms.Sent(interchange_id=f"S{number}", **(BULK if number % 2 else {}))
    if number % 20 == 0:
        return forms.full_sus_file(rows(), sent)
    return forms.csv_file(forms.sus_rows(rows(), sent))


FORMS: dict[str, Callable[[int], bytes]] = {"nwcs": nwcs, "cds62": cds62, "sus": sus}


def flip_bytes(content: bytes, random: Random) -> bytes:
    spoilt = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 10))):
        spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
    return bytes(spoilt)


def put_bytes(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    text = random.choice((b",", b'"', b"\n", b"\r", b"\t", b" ", b"\x1f", b"\\", b"'", b"\r\n"))
    return content[:at] + text + content[at + random.randint(0, 1) :]


def break_encoding(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    text = random.choice((b"\xe9", b"\xc3", b"\xff\xfe", b"\xf0\x9f\x98\x80", b"\xc3\xa9", b"\0"))
    return content[:at] + text + content[at:]


def lines_of(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def drop_line(content: bytes, random: Random) -> bytes:
    lines = lines_of(content)
    del lines[random.randrange(len(lines))]
    return b"".join(lines)


def double_line(content: bytes, random: Random) -> bytes:
    lines = lines_of(content)
    at = random.randrange(len(lines))
    return b"".join([*lines[:at], lines[at], *lines[at:]])


def swap_lines(content: bytes, random: Random) -> bytes:
    lines = lines_of(content)
    one, other = (random.randrange(len(lines)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def cut_line(content: bytes, random: Random) -> bytes:
    lines = lines_of(content)
    at = random.randrange(len(lines))
    text = lines[at].rstrip(b"\r\n")
    lines[at] = text[: random.randrange(len(text))] + b"\n"
    return b"".join(lines)


def cut_file(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content))]


def swap_fields(content: bytes, random: Random) -> bytes:
    lines = lines_of(content)
    at = random.randrange(len(lines))
    fields = lines[at].split(b",")
    random.shuffle(fields)
    lines[at] = b",".join(fields)
    return b"".join(lines)


def many_fields(content: bytes, random: Random) -> bytes:
    lines = lines_of(content)
    at = random.randrange(len(lines))
    lines[at] = lines[at].rstrip(b"\r\n") + b"," * 10_000 + b"\n"
    return b"".join(lines)


def blow_up(content: bytes, random: Random) -> bytes:
    """What compresses a thousandfold, in a field or after the file."""
    at = random.choice((len(content), random.randrange(len(content))))
    filler = random.choice((b" ", b"A", b"\n", b",")) * 1_000_000
    return gzip.compress(content[:at] + filler + content[at:])


def compress_and_spoil(content: bytes, random: Random) -> bytes:
    return flip_bytes(gzip.compress(content), random)


def join_files(content: bytes, random: Random) -> bytes:
    return content + content[random.choice((0, random.randrange(len(content)))) :]


MUTATIONS = (
    *(flip_bytes, flip_bytes, flip_bytes, put_bytes, put_bytes, break_encoding),
    *(drop_line, double_line, swap_lines, cut_line, cut_file, swap_fields),
    *(compress_and_spoil, join_files),
)
SELDOM = (many_fields, blow_up)


def mutant(make: Callable[[int], bytes], number: int, random: Random) -> tuple[str, bytes]:
    """Returns a spoilt file and how it was spoilt; some are spoilt twice."""
    mutation = random.choice(SELDOM if random.random() < 0.03 else MUTATIONS)
    content = make(number)
    if random.random() < 0.2:
        content = random.choice((put_bytes, drop_line, double_line))(content, random)
    return mutation.__name__, mutation(content, random)


def state(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Every table's rows, counted and hashed."""
    return [
        row
        for table in TABLES
        for row in connection.execute(
            f"select count(*), bit_xor(hash({table}::varchar)) from {table}"
        ).fetchall()
    ]


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("form", FORMS)
def test_spoilt_files(form: str, batch: int, tmp_path: Path) -> None:
    site = load_site(SiteBuilder(tmp_path / "site").write())
    random = Random(f"{SEED} {form} {batch}")
    outcomes: set[str] = set()
    with warehouse.open_warehouse(site, "5XA", "fuzzing") as connection:
        before = state(connection)
        for number in range(MUTANTS // BATCHES // len(FORMS) + 1):
            how, content = mutant(FORMS[form], number, random)
            # Named with what it takes to make it again.
            file = tmp_path / f"{form}-{SEED}-{batch}-{number}-{how}"
            file.write_bytes(content)
            landed = land.land_file(connection, file, site.config.landing)
            after = state(connection)
            outcomes.add(landed.outcome)
            if landed.outcome == "landed":
                account_for(connection, landed, file)
            else:
                assert after == before, file
                assert landed.outcome == "known" or landed.rule in CODES, file
                assert "9990000034" not in landed.message, file
            before = after
            file.unlink()
    assert outcomes >= {"landed", "refused"}


def account_for(connection: duckdb.DuckDBPyConnection, landed: land.LandedFile, file: Path) -> None:
    """Every record of a file is in the log, in one place, with a fate; none is lost unseen."""
    number = landed.landing_number
    counts = connection.execute(
        f"select records, declared_records, passed_over, format, "
        f"(select count(*) from record where landing_number = {number}), "
        f"(select count(*) from quarantine where landing_number = {number}), "
        f"(select count(distinct file_line) from record where landing_number = {number}) "
        f"from interchange where landing_number = {number}"
    ).fetchone()
    assert counts is not None, file
    records, declared, passed_over, form, logged, quarantined, lines = counts
    assert (landed.records, landed.quarantined) == (records, quarantined), file
    assert logged == records, file
    content = file.read_bytes()
    text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    if form == "nwcs":
        assert declared == records, file
        assert text.count(b"\nREC,") + text.count(b'\n"REC",') == records, file
    elif form == "cds62":
        heads = [
            line for line in text.removeprefix(b"\xef\xbb\xbf").splitlines() if line[:2] == b"01"
        ]
        others = sum(line[43:46] in (b"010", b"020", b"170") for line in heads)
        assert len(heads) - others == records == lines, file
        assert passed_over >= others, file
    else:
        assert lines == records, file
        assert len(text.splitlines()) - 1 >= records, file
