"""Sample sites to look at: the one that is delivered, and the same made again in each form."""

from pathlib import Path

import pytest

from data.sample import generate
from tests.sample.sample_files import SAMPLE, SampleSite


@pytest.fixture(scope="session")
def site() -> SampleSite:
    """The site that is delivered."""
    return SampleSite(SAMPLE / "site")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The default site made anew in each form, by the form's name."""
    sites = {}
    for feed_format in generate.FORMATS:
        sites[feed_format] = tmp_path_factory.mktemp(feed_format) / "site"
        generate.generate_site(sites[feed_format], feed_format=feed_format)
    return sites
