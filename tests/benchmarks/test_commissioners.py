"""One feed parted among commissioners: nothing lost, nothing twice, and each part can be landed."""

from pathlib import Path

from benchmarks.commissioners import make_commissioners, share_out
from transforms import land
from transforms.site import load_site


def test_the_parts_land_and_add_up_to_the_whole(tmp_path: Path) -> None:
    codes = make_commissioners(tmp_path, 3, 500)
    directory = tmp_path / "site"
    share_out(directory, 2)
    site = load_site(directory)
    assert [each.code for each in site.config.commissioners] == codes
    landed = [file for code in codes for file in land.land_inbox(site, code)]
    assert [file.outcome for file in landed] == ["landed"] * 3
    assert sum(file.records or 0 for file in landed) == 3 * 500
    assert all(file.records for file in landed)
