"""Sites that several tests start from."""

import shutil
from pathlib import Path

import pytest

from tests import sample_site


@pytest.fixture(scope="session")
def closed_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site with April to September 2004 closed. Only to be read."""
    return sample_site.closed_to_september(tmp_path_factory)


@pytest.fixture(scope="session")
def sample_to_august(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site closed to August 2004, September's feeds to arrive. Only to be copied."""
    return sample_site.closed_to_august(tmp_path_factory)


@pytest.fixture
def site_before_september(sample_to_august: Path, tmp_path: Path) -> Path:
    """A copy of it with September's feeds in the inbox."""
    site = tmp_path / "site"
    shutil.copytree(sample_to_august, site)
    sample_site.arrive(site, sample_site.SEPTEMBER)
    return site
