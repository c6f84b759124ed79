"""The generator: the same parameters give the same bytes; any size; mistakes are told."""

import subprocess
import sys
from pathlib import Path

import pytest

from data.sample import generate
from tests.sample.sample_files import COMMISSIONER, SAMPLE, Interchange, SampleSite, read


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.xdist_group("sample forms")
def test_the_delivered_site_is_what_the_generator_makes(made: dict[str, Path]) -> None:
    remake = "rm -r data/sample/site && python data/sample/generate.py data/sample/site"
    assert contents(made["nwcs"]) == contents(SAMPLE / "site"), f"make it again: {remake}"
    planted = made["nwcs"].with_name("planted.json").read_bytes()
    assert planted == (SAMPLE / "planted.json").read_bytes()


def test_threads_change_nothing_and_the_seed_does(tmp_path: Path) -> None:
    for name, seed, threads in (("one", 7, 1), ("four", 7, 4), ("other", 8, 1)):
        generate.generate_site(
            tmp_path / name,
            patients=1500,
            seed=seed,
            months=1,
            machine=generate.Machine(threads=threads),
        )
    one = contents(tmp_path / "one")
    assert one == contents(tmp_path / "four")
    other = contents(tmp_path / "other")
    assert one.keys() == other.keys()
    assert one["reference/registrations.csv"] != other["reference/registrations.csv"]


def test_five_times_the_patients_are_five_times_the_records(
    tmp_path: Path, site: SampleSite
) -> None:
    generate.generate_site(tmp_path / "site", patients=58_000, months=1)
    larger = SampleSite(tmp_path / "site")
    april = [each for each in site.interchanges if each.file_name.startswith("2004-04")]
    assert [each.file_name for each in larger.interchanges] == [each.file_name for each in april]
    ratio = count(larger.interchanges) / count(april)
    assert 4.4 < ratio < 5.6
    lists = {row["practice_code"]: row["list_size"] for row in larger.reference("practices")}
    assert lists["Y90003"] == str(9104 // 2)
    assert sum(int(size) for code, size in lists.items() if code < "Y90015") == 58_000


def count(interchanges: list[Interchange]) -> int:
    """The records of some files."""
    return sum(len(interchange.records) for interchange in interchanges)


def test_a_benchmark_has_exactly_the_episodes_asked_for(tmp_path: Path) -> None:
    episodes = 20_000
    feed = generate.generate_benchmark(tmp_path / "site", episodes)
    interchange = read(feed)
    assert feed.parent == tmp_path / "site" / "inbox" / COMMISSIONER
    assert interchange.trailer == ["TRL", interchange.identifier, str(episodes)]
    identifiers = [row["cds_unique_identifier"] for row in interchange.rows]
    assert len(identifiers) == len(set(identifiers)) == episodes


def test_a_benchmark_can_be_parted_into_its_months(tmp_path: Path) -> None:
    whole = read(generate.generate_benchmark(tmp_path / "whole", 2_000))
    first = generate.generate_benchmark(tmp_path / "parted", 2_000, files=12)
    parts = [read(path) for path in sorted(first.parent.iterdir())]
    assert first.name == "benchmark_01.csv"
    assert len({part.identifier for part in parts}) == 12
    spans = [(part.header[8], part.header[9]) for part in parts]
    assert spans[0] == ("2004-04-01", "2004-04-30")
    assert spans[11] == ("2005-03-01", "2005-03-31")
    for part, (start, end) in zip(parts, spans, strict=True):
        assert part.trailer == ["TRL", part.identifier, str(len(part.rows))]
        assert all(start <= row["cds_activity_date"] <= end for row in part.rows)
    assert [row for part in parts for row in part.rows] == list(whole.rows)
    with pytest.raises(ValueError, match="into 5 files"):
        generate.generate_benchmark(tmp_path / "odd", 2_000, files=5)


def test_people_beyond_the_range_get_ten_digits_that_start_with_9() -> None:
    with generate.open_activity(generate.Size(patients=2000), seed=1) as connection:
        connection.execute("set variable all_people = 2000000::bigint")
        numbers = connection.execute(
            Path(__file__).with_name("nhs_numbers.sql").read_text(encoding="utf-8")
        ).fetchall()
    assert len({number for (number,) in numbers}) == len(numbers) == 200_000
    assert all(len(number) == 10 and number.startswith("9") for (number,) in numbers)


def test_mistakes_are_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    script = str(SAMPLE / "generate.py")
    for arguments, said in (
        ([str(tmp_path)], "is not empty"),
        ([str(tmp_path / "new"), "--patients", "10"], "at least 1,000 patients"),
    ):
        result = subprocess.run(
            [sys.executable, script, *arguments], capture_output=True, text=True, check=False
        )
        assert result.returncode == 1
        assert said in result.stderr
        assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "kept.txt"]
    with pytest.raises(ValueError, match="'csv' is not one of nwcs, cds62, sus"):
        generate.generate_site(tmp_path / "new", feed_format="csv")
