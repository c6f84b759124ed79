"""The peers come to what the pipeline comes to, by rules of their own making, to the penny.

The sample has both protocols: deletions, resubmissions, spoilt records and a merged practice.
"""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.product import outcome
from benchmarks.stages import Stages
from tests import sample_site
from transforms import close, warehouse
from transforms.periods import Period
from transforms.site import load_site

SEPTEMBER = Period.parse(sample_site.SEPTEMBER)


@pytest.fixture(scope="module")
def product(closed_sample: Path) -> dict[str, Any]:
    """What the pipeline's six closes came to."""
    site, code = load_site(closed_sample), sample_site.COMMISSIONER
    with warehouse.open_warehouse(site, code, "a test", read_only=True) as connection:
        september = close.find(connection, code, SEPTEMBER)
    return outcome(site, code, september)


@pytest.mark.parametrize("name", ["in_pandas", "in_polars"])
def test_a_peer_comes_to_the_same_charges_and_position(
    name: str, closed_sample: Path, product: dict[str, Any], tmp_path: Path
) -> None:
    peer = pytest.importorskip(f"benchmarks.peers.{name}")
    stages = Stages()
    site = load_site(closed_sample)
    feeds = sorted(site.archive(sample_site.COMMISSIONER).iterdir())
    told = peer.run(site, SEPTEMBER, feeds, tmp_path, stages)
    assert len(product["charges"]) > 30
    assert [tuple(row) for row in told["charges"]] == product["charges"]
    # A practice that merged away has a position of nothing, which a peer without a past forgets.
    merged_away = [row for row in product["position"] if row[0] == "Y90012"]
    assert not any(any(row[2:]) for row in merged_away)
    remaining = [row for row in product["position"] if row not in merged_away]
    assert [tuple(row) for row in told["position"]] == remaining
    assert [stage.name for stage in stages.done][:2] == ["land", "episodes"]
    assert (tmp_path / "charges.parquet").exists()
