"""What a user does wrong: one clear message that says what to do, and nothing changed."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import sample_site
from tests.pipeline_run import done, pbc

SEPTEMBER = sample_site.SEPTEMBER
FEED = "2004-09_01_RZ2_net.csv"


def state(site: Path) -> dict[str, str]:
    """Everything the site knows, as bytes: warehouse, packages, archive."""
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("warehouse", "out", "archive")
        for path in sorted((site / folder).rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def cut_short(content: str) -> str:
    return content[: len(content) // 2]


def wrong_count(content: str) -> str:
    lines = content.splitlines()
    kind, interchange, count = lines[-1].split(",")
    return "\n".join([*lines[:-1], f"{kind},{interchange},{int(count) + 1}", ""])


def unknown_format(content: str) -> str:
    return "spell;hrg;price\nS1;H02;4000\n"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (cut_short, ["F02", "trailer", "Ask for the whole interchange again"]),
        (wrong_count, ["F03", "The trailer says", "Ask for the whole interchange again"]),
        (unknown_format, ["F01", "The format of this file is not known"]),
    ],
)
def test_a_spoilt_feed_is_refused_and_nothing_of_it_is_landed(
    spoil: Callable[[str], str], says: list[str], site_before_september: Path, tmp_path: Path
) -> None:
    site = site_before_september
    feed = tmp_path / "spoilt.csv"
    original = site / "inbox" / sample_site.COMMISSIONER / FEED
    feed.write_text(spoil(original.read_text(encoding="utf-8")), encoding="utf-8")
    before = state(site)

    outcome = pbc(site, "land", str(feed))

    assert outcome.exit_code == 2
    assert all(text in outcome.output for text in says), outcome.output
    assert "Traceback" not in outcome.output
    assert state(site) == before
    assert feed.exists()


def test_a_refused_file_of_the_inbox_moves_away_with_a_report_and_the_others_land(
    site_before_september: Path,
) -> None:
    site = site_before_september
    inbox = site / "inbox" / sample_site.COMMISSIONER
    waiting = len(list(inbox.iterdir()))
    spoilt = inbox / FEED
    spoilt.write_text(cut_short(spoilt.read_text(encoding="utf-8")), encoding="utf-8")

    outcome = pbc(site, "land")

    assert outcome.exit_code == 2
    assert outcome.output.count(": landed.") == waiting - 1
    refused = site / "refused" / sample_site.COMMISSIONER
    assert sorted(path.name for path in refused.iterdir()) == [FEED, f"{FEED}.report.txt"]
    assert "F02" in (refused / f"{FEED}.report.txt").read_text(encoding="utf-8")
    assert not list(inbox.iterdir())


@pytest.mark.parametrize("name", ["practices.csv", "memberships.csv", "tariffs"])
def test_a_missing_reference_file_is_named(name: str, site_before_september: Path) -> None:
    site = site_before_september
    missing = site / "reference" / name
    shutil.rmtree(missing) if missing.is_dir() else missing.unlink()
    done(site, "land")
    before = state(site)

    outcome = pbc(site, "close", SEPTEMBER)

    assert outcome.exit_code == 2
    assert f"reference/{name}" in outcome.output
    assert "Traceback" not in outcome.output
    assert state(site) == before


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (["close", "2004-13"], 2, "is not a period"),
        (["close", "September"], 2, "is not a period"),
        (["close", "2005-01"], 1, "Run 'pbc close 2004-09' first"),
        (["export", "charges", "--period", "2003-09"], 2, "2003-09 is not closed"),
        (["verify", "2005-09"], 2, "2005-09 is not closed"),
        (["render", "2005-09"], 2, "2005-09 is not closed"),
        (["export", "invoices", "--period", "2004-08"], 2, "There is no export 'invoices'"),
        (["land", "no-such-file.csv"], 2, "There is no file no-such-file.csv"),
    ],
)
def test_wrong_usage_is_told_and_changes_nothing(
    arguments: list[str], exit_code: int, says: str, site_before_september: Path
) -> None:
    before = state(site_before_september)
    outcome = pbc(site_before_september, *arguments)
    assert (outcome.exit_code, says in outcome.output) == (exit_code, True), outcome
    assert "Traceback" not in outcome.output
    assert state(site_before_september) == before


def test_a_folder_that_is_no_site_is_told(tmp_path: Path) -> None:
    outcome = pbc(tmp_path, "status")
    assert outcome.exit_code == 2
    assert "pbc init" in outcome.output


def test_an_unknown_setting_is_told_with_a_suggestion(site_before_september: Path) -> None:
    settings = site_before_september / "site.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "\n[landing]\nbulk_shrink_percentage = 10\n",
        encoding="utf-8",
    )
    outcome = pbc(site_before_september, "status")
    assert outcome.exit_code == 2
    assert "landing.bulk_shrink_percentage: no such setting" in outcome.output
    assert "bulk_shrink_percent'" in outcome.output


def test_a_commissioner_with_an_unknown_key_is_told_of_once(tmp_path: Path) -> None:
    done(tmp_path, "init", str(tmp_path / "site"))
    settings = tmp_path / "site" / "site.toml"
    settings.write_text(settings.read_text().replace('code = "5XX"', 'code = "5XX"\ncoed = "5XX"'))
    outcome = pbc(tmp_path / "site", "status")
    assert outcome.exit_code == 2
    assert outcome.output.splitlines()[1:] == [
        "  commissioners.0.coed: no such setting. Did you mean 'code'?"
    ]
