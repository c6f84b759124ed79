"""The guard prints a drift of more than 30 per cent, whichever way, and fails nothing."""

import json
from pathlib import Path

import pytest

from benchmarks import guard
from transforms import close


def test_a_drift_is_printed_and_what_is_within_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    kept = {"land": 2.0, "spells": 1.0, "prices": 1.0, "ledger": 1.0}
    now = {"land": 2.58, "spells": 1.31, "prices": 0.69, "ledger": 0.71, "position": 4.0}
    drifts = guard.compare(kept, now)
    assert [drift.stage for drift in drifts if drift.is_large] == ["spells", "prices"]
    guard.show(drifts)
    printed = capsys.readouterr().out
    assert "Drift: spells takes 1.31 times the floor, +31 per cent" in printed
    assert "Drift: prices takes 0.69 times the floor, -31 per cent" in printed
    assert "Drift: land" not in printed
    assert "Drift: position" not in printed  # nothing was kept of it


def test_no_drift_is_said_too(capsys: pytest.CaptureFixture[str]) -> None:
    guard.show(guard.compare({"land": 2.0}, {"land": 2.1}))
    assert "No ratio has drifted by more than 30 per cent." in capsys.readouterr().out


@pytest.mark.slow
def test_every_stage_is_measured_and_has_a_kept_ratio(tmp_path: Path) -> None:
    now = guard.measure(1000, tmp_path)
    assert list(now) == ["land", *close.STAGES, "all"]
    assert all(ratio > 0 for ratio in now.values())
    assert list(json.loads(guard.KEPT.read_text(encoding="utf-8"))) == list(now)
