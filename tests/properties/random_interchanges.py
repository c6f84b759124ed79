"""Random interchanges of both protocols over few identifiers, so that much happens to each.

Every version of a record bears an NHS number of its own (no valid one), by which it can be told
which version of an episode is live.
"""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from tests.feeds.forms import NET_CHANGE, Sent
from tests.site_builder import Cell, NwcsFile, Row, episode_row

FIRST_DAY = date(2004, 4, 1)
PERIOD = "2004-06"
GROUPS = (*("010",) * 9, "020", "030", "040")
TYPES_OF_GROUP = {
    "010": ("120", "130", "140"),
    "020": ("180", "190", "200"),
    "030": ("160",),
    "040": ("150",),
}

# Ways to send a record that is not as it should be, and a few that look so and are.
SPOILS: tuple[dict[str, Cell], ...] = (
    {"local_patient_identifier": ""},
    {"episode_number": ""},
    {"episode_number": "88"},
    {"episode_number": "x"},
    {"provider_code": "r!"},
    {"provider_code": "RXA00"},
    {"admission_method": "77"},
    {"administrative_category": "9"},
    {"patient_classification": "0"},
    {"cds_record_type": "999"},
    {"cds_record_type": ""},
    {"cds_activity_date": ""},
    {"cds_activity_date": "2004-02-30"},
    {"admission_date": "2004-06-31"},
    {"episode_start_date": "1999-01-01"},
    {"episode_end_date": ""},
    {"discharge_date": "1999-01-01"},
    {"discharge_date": ""},
    {"birth_date": "1879-12-31"},
    {"birth_date": "2004-07-01"},
    {"birth_date": "not known"},
    {"critical_care_days": "-1"},
    {"rehabilitation_days": "three"},
    {"cds_update_type": ""},
    {"cds_update_type": "7"},
    {"cds_applicable_datetime": ""},
    {"cds_applicable_datetime": "2004-05-01 10:00"},
    {"sex": "?", "source_of_admission": "??"},
    {"cds_unique_identifier": ""},
)


class RandomInterchanges:
    """Makes interchanges from one source of random numbers."""

    def __init__(self, random: Random, *, identifiers: int = 150, distinct_times: bool) -> None:
        """Starts with nothing sent; `distinct_times` lets no two effective times be equal."""
        self.random = random
        self.identifiers = [f"ID{place:03d}" for place in range(identifiers)]
        self.distinct_times = distinct_times
        self.moments = 0
        self.versions = 0

    def files(self, count: int) -> list[NwcsFile]:
        """Returns so many interchanges, in no order of time."""
        return [self.file(place) for place in range(count)]

    def file(self, place: int) -> NwcsFile:
        """Returns one interchange: net change or a bulk replacement of a random scope."""
        bulk = self.random.random() < 0.6
        group, start, end = "", "", ""
        if bulk:
            group = self.random.choice(GROUPS)
            first, last = sorted((self.day(), self.day()))
            start, end = str(first), str(last)
        wanted = self.random.choice((0, 5, 20, 60))
        records = [self.record(group, start, end) for _ in range(wanted)]
        return NwcsFile(
            f"IC{place:03d}",
            records,
            sender=self.random.choice((*("RXA",) * 5, "RXB")),
            prime_recipient=self.random.choice((*("5XA",) * 5, "5XA00", "5XB")),
            protocol="020" if bulk else "010",
            bulk_group=group,
            period_start=start,
            period_end=end,
            extract_datetime=self.moment(),
        )

    def flat_records(self) -> list[tuple[Sent, Row]]:
        """Returns records for one file, each with how it was sent: scopes that may overlap.

        Most scopes are sent to one recipient by one sender, at moments that may differ within a
        scope; some records come under net change beside them.
        """
        hows = []
        for _ in range(self.random.randint(1, 4)):
            group = self.random.choice(GROUPS)
            first, last = sorted((self.day(), self.day()))
            how = Sent(
                sender=self.random.choice((*("RXA",) * 5, "RXA00", "RXB")),
                prime_recipient=self.random.choice((*("5XA",) * 5, "5XA00", "5XB")),
                protocol="020",
                bulk_group=group,
                period_start=str(first),
                period_end=str(last),
                extract_datetime=self.moment(),
            )
            hows += [how, replace(how, extract_datetime=self.moment()), NET_CHANGE]
        sent = []
        for _ in range(self.random.choice((1, 5, 20, 60))):
            how = self.random.choice(hows)
            row = self.record(how.bulk_group, how.period_start, how.period_end)
            sent.append((how, row))
        return sent

    def record(self, group: str, start: str, end: str) -> Row:
        """Returns a record: of the scope, if it has one, and as it should be, most of the time."""
        self.versions += 1
        ends = self.day_within(start, end) if start and self.random.random() < 0.9 else self.day()
        if self.random.random() < 0.05:
            group = ""
        types = TYPES_OF_GROUP[group or self.random.choice(GROUPS)]
        identifier = self.random.choice(self.identifiers)
        given: dict[str, Cell] = {
            "cds_unique_identifier": identifier,
            "provider_spell_number": identifier,
            "cds_record_type": self.random.choice(types),
            "cds_update_type": "1" if self.random.random() < 0.2 else "9",
            "cds_applicable_datetime": self.moment(),
            "cds_activity_date": ends,
            "nhs_number": f"{self.versions:010d}",
            "admission_date": ends - timedelta(days=3),
            "discharge_date": ends,
            "episode_start_date": ends - timedelta(days=3),
            "episode_end_date": ends,
        }
        if self.random.random() < 0.25:
            given |= self.random.choice(SPOILS)
        return episode_row(1, nights=3, **given)

    def moment(self) -> str:
        """Returns a date-time of 2004: any of few, or one that no other record has."""
        if not self.distinct_times:
            return f"2004-07-{self.random.randint(1, 9):02d}T00:00:00"
        self.moments += 1
        return f"2004-{self.random.randint(5, 9):02d}-01T{self.clock(self.moments)}"

    @staticmethod
    def clock(seconds: int) -> str:
        """Returns a time of day, so many seconds after midnight."""
        return str(timedelta(seconds=seconds)).rjust(8, "0")

    def day(self) -> date:
        """Returns one of few days of the quarter, so that records lie on the ends of scopes."""
        return FIRST_DAY + timedelta(days=9 * self.random.randint(0, 10))

    def day_within(self, start: str, end: str) -> date:
        """Returns a day of a report period, its ends more often than others."""
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        between = first + timedelta(days=self.random.randint(0, (last - first).days))
        return self.random.choice((first, last, between, between))
