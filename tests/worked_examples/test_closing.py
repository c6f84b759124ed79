"""How periods close, by example: in order, again, after issue, and what is left alone.

One site is led through the cases, in the order of the steps below; each step is a test.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline_run import close, done, export, issue, land, pbc
from tests.site_builder import SiteBuilder, episode_row

# One process runs them all, for the site that they share.
pytestmark = pytest.mark.xdist_group("worked examples: closing")

Entry = tuple[str, str, str, str, str]


class Story:
    """A site with one spell, of which version after version is sent."""

    def __init__(self, directory: Path) -> None:
        """Starts a site with a tariff and nothing sent."""
        self.builder = SiteBuilder(directory)
        self.builder.setting("gates", enforce=False)
        for hrg, price in (("H01", "1000"), ("H02", "2000"), ("H03", "3000")):
            self.builder.tariff(hrg, elective_price=price)
        self.versions = 0

    def send(self, hrg_code: str) -> None:
        """Sends and lands another version of the spell, under another HRG."""
        self.versions += 1
        applicable = f"2004-05-{self.versions:02d}T12:00:00"
        row = episode_row(1, nights=3, hrg_code=hrg_code, cds_applicable_datetime=applicable)
        self.builder.interchange([row])
        land(self.builder.write())

    def posted(self, period: str) -> list[Entry]:
        """Returns a period's postings: revision, kind, reason, amount, reference."""
        return [
            (row["revision"], row["kind"], row["reason"], row["amount"], row["charge_reference"])
            for row in export(self.builder.directory, "postings", period)
        ]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The site of the story, which its tests lead on, one after the other."""
    story = Story(tmp_path_factory.mktemp("site"))
    story.send("H01")
    yield story


AS_ISSUED = ("1", "charge", "new", "2000.00", "Y90001-2004-04-1-1")
REVISED = [
    AS_ISSUED,
    ("2", "credit", "amended", "-2000.00", "Y90001-2004-04-2-1"),
    ("2", "charge", "amended", "3000.00", "Y90001-2004-04-2-2"),
]


def test_a_period_closes(story: Story) -> None:
    """The first close may be of any month."""
    close(story.builder.directory, "2004-04")
    assert story.posted("2004-04") == [("1", "charge", "new", "1000.00", "Y90001-2004-04-1-1")]


def test_it_is_rebuilt_while_it_is_not_issued(story: Story) -> None:
    """Closed again, it posts anew at a new mark; nothing is left of the close before."""
    story.send("H02")
    close(story.builder.directory, "2004-04")
    assert story.posted("2004-04") == [AS_ISSUED]


def test_a_gap_is_refused(story: Story) -> None:
    """Periods close in order; the message names the one that is missing."""
    outcome = pbc(story.builder.directory, "close", "2004-06")
    assert outcome.exit_code != 0
    assert "2004-05" in outcome.output


def test_once_issued_it_is_refused(story: Story) -> None:
    """What practices have been sent is not restated in silence."""
    issue(story.builder.directory, "2004-04")
    story.send("H03")
    outcome = pbc(story.builder.directory, "close", "2004-04")
    assert outcome.exit_code != 0
    assert "--revise" in outcome.output
    assert story.posted("2004-04") == [AS_ISSUED]


def test_it_is_revised_by_further_postings(story: Story) -> None:
    """Revision 2 adds the difference to the same period and keeps what was issued."""
    close(story.builder.directory, "2004-04", revise=True)
    assert sorted(story.posted("2004-04")) == sorted(REVISED)


def test_an_earlier_period_is_verified_and_left(story: Story) -> None:
    """After the next close a change of April is May's to post, whoever asks April to take it."""
    close(story.builder.directory, "2004-05")
    story.send("H01")
    for asked in (("close", "2004-04"), ("close", "2004-04", "--revise"), ("run", "2004-04")):
        assert "verified, not changed" in done(story.builder.directory, *asked).output
        assert sorted(story.posted("2004-04")) == sorted(REVISED)
    told = done(story.builder.directory, "close", "2004-04", "--json")
    assert {"period": "2004-04", "revision": 2}.items() <= json.loads(told.stdout).items()
    close(story.builder.directory, "2004-05")
    assert story.posted("2004-05") == [
        ("1", "credit", "amended", "-3000.00", "Y90001-2004-05-1-1"),
        ("1", "charge", "amended", "1000.00", "Y90001-2004-05-1-2"),
    ]


def test_a_period_before_the_first_is_refused(story: Story) -> None:
    """It was never closed, so there is nothing to verify, and the books cannot begin earlier."""
    for asked in (("close", "2004-03"), ("close", "2004-03", "--revise"), ("run", "2004-03")):
        outcome = pbc(story.builder.directory, *asked)
        assert outcome.exit_code == 1
        assert "2004-03 cannot be closed: the books begin with 2004-04." in outcome.output
