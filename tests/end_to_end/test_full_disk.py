"""A disk that is full while a month closes: one clear error, the last good state, and then on."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests import sample_site
from tests.golden.keep import export_all
from tests.pipeline_run import done

ROOT = Path(__file__).resolve().parents[2]
SEPTEMBER = sample_site.SEPTEMBER

# The largest that a file may grow to stands for a disk with so much left. Bytes: the first is met
# at once, the last when most stages are done.
LEFT = (4_096, 40_000, 200_000)

# One process imports everything once and forks a close for each limit.
LIMITED_RUNS = """
import json, os, resource, sys
import great_expectations
from typer.testing import CliRunner
from transforms.cli import app

site, period, limits = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

def run_limited(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    result = CliRunner().invoke(app, ["close", period, "--site", site])
    print(json.dumps([result.exit_code, result.output]), flush=True)
    os._exit(0)

for limit in limits:
    os.waitpid(os.fork() or run_limited(limit), 0)
"""


def test_a_full_disk(site_before_september: Path, tmp_path: Path) -> None:
    done(site_before_september, "land")
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(site_before_september, undisturbed)
    done(undisturbed, "close", SEPTEMBER)

    limited = subprocess.run(
        [
            *(sys.executable, "-c", LIMITED_RUNS),
            *(str(site_before_september), SEPTEMBER, json.dumps(LEFT)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
    )
    told = [json.loads(line) for line in limited.stdout.splitlines()]
    assert len(told) == len(LEFT)
    for exit_code, output in told:
        assert exit_code == 1, output
        assert "The machine gave out: " in output
        assert "Free space" in output
    done(site_before_september, "verify", "2004-08")

    done(site_before_september, "close", SEPTEMBER)
    export_all(undisturbed, tmp_path / "expected")
    export_all(site_before_september, tmp_path / "found")
    for expected in (tmp_path / "expected").iterdir():
        assert (tmp_path / "found" / expected.name).read_bytes() == expected.read_bytes()
