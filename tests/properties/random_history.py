"""A random past of one commissioner: what is sent, who is registered where, what changes.

Months go by, at times over the end of a financial year. Before each close new spells arrive, on
time, late or early, and known ones change in every way that matters to the ledger: price, POD,
month, practice, who answers, whether they are charged at all, whether they exist. Provider RXA
sends net changes, RXB bulk replacements.
"""

from random import Random

from tests.models.months import months_later, months_of
from tests.site_builder import Cell, NwcsFile, Row, SiteBuilder, days_after, episode_row, nhs_number

FIRST_MONTHS = ("2004-04", "2004-04", "2005-02")
YEARS = ("2004/05", "2005/06")
PODS = ("elective", "daycase", "non_elective")
MEMBERS = [f"Y9500{place}" for place in range(1, 7)]
STRANGER = "Y95007"
LEAVER = "Y95008"
PRACTICES = [*MEMBERS, STRANGER, LEAVER]
SUBMITTED = [*PRACTICES, *MEMBERS, *MEMBERS, "V81999", "V81997", "Y99999", ""]
HRGS = ("G10", "G20", "G30", "G40", "U01", "")
CHANGES: tuple[tuple[str, tuple[Cell, ...]], ...] = (
    ("hrg_code", HRGS),
    ("hrg_code", HRGS),
    ("patient_classification", ("1", "2", "3")),
    ("admission_method", ("11", "21", "81")),
    ("administrative_category", ("01", "02")),
    ("gp_practice_code", tuple(SUBMITTED)),
    ("gmp_code", ("G9500001", "G9500002", "")),
    ("residence_commissioner", ("5XA", "5XB", "5XA00")),
    ("consultant_code", ("C1111111", "C2222222")),
    ("discharge_date", ("",)),
)


class RandomHistory:
    """A site whose past is made up as it goes; everything comes from one source of numbers."""

    def __init__(self, builder: SiteBuilder, random: Random, *, spells: int = 150) -> None:
        """Sets up practices, successions, budgets and the first tariff edition.

        `spells` is how many new spells a month brings.
        """
        self.builder = builder
        self.random = random
        self.spells_a_month = spells
        self.first = random.choice(FIRST_MONTHS)
        self.period = months_later(self.first, -1)
        self.sent: dict[str, Row] = {}
        self.patients = 0
        self.interchanges = 0
        self.patients_numbers: list[str] = []
        self.second_edition_in = random.randint(2, 4)
        self.months = 0
        self.set_up()

    def set_up(self) -> None:
        """Writes down the practices and all that hangs on them."""
        site, random = self.builder, self.random
        for code in MEMBERS:
            closes = self.day(3, 20) if random.random() < 0.2 else ""
            site.practice(code, close_date=closes)
        site.practice(STRANGER, member=False)
        site.membership(STRANGER, "5XB")
        site.practice(LEAVER, member=False)
        site.membership(LEAVER, "5XA", "1990-04-01", self.day(random.randint(0, 3), 15))
        site.gp("G9500001", MEMBERS[0])
        site.gp("G9500002", MEMBERS[1], self.day(1, 1), self.day(3, 15))
        old, heir, last_heir = MEMBERS[3], MEMBERS[4], MEMBERS[5]
        site.succession(old, heir, self.day(random.randint(-1, 3), random.randint(1, 28)))
        if random.random() < 0.5:
            site.succession(heir, last_heir, self.day(random.randint(1, 3), 1))
        for year in YEARS:
            for code in MEMBERS:
                for pod in random.sample(PODS, 2):
                    pence = random.randint(100, 40_000_000)
                    site.budget(code, pod, f"{pence // 100}.{pence % 100:02d}", year)
            for code in random.sample(MEMBERS, 3):
                site.add(
                    "scope",
                    financial_year=year,
                    practice_code=code,
                    pod=random.choice(PODS),
                    treatment=random.choice(("excluded", "blocked_back", "held")),
                )
        for pod in random.sample(PODS, random.randint(0, 2)):
            self.profile(random.choice(YEARS), pod)
        self.editions("first", 1)

    def profile(self, year: str, pod: str) -> None:
        """Gives a POD cumulative shares of its own for a year, which reach 1 in March."""
        parts = sorted(self.random.randint(0, 10**8) for _ in range(11))
        for month, part in zip(months_of(year), [*parts, 10**8], strict=True):
            share = f"{part // 10**8}.{part % 10**8:08d}"
            self.builder.add("profile", financial_year=year, pod=pod, month=month, share=share)

    def day(self, months: int, day: int) -> str:
        """Returns a day of the month so many months after the first."""
        return f"{months_later(self.first, months)}-{day:02d}"

    def editions(self, name: str, number: int) -> None:
        """Adds an edition of each financial year, with prices of its own."""
        for year in YEARS:
            self.edition(f"{year.replace('/', '-')}-{name}", year, number)

    def edition(self, folder: str, year: str, number: int) -> None:
        """Adds a tariff edition with prices of its own; a later one prices more HRGs."""
        edition = self.builder.edition(folder, financial_year=year, edition=number)
        edition.exclusion("administrative_category", "02", reason="private patient")
        for hrg in HRGS[: 2 + number]:
            if hrg:
                edition.tariff(
                    hrg,
                    elective_price=self.random.choice(("0", "1000", "1234.56")),
                    daycase_price=self.random.choice(("600", "1000", "")),
                    non_elective_price=self.random.choice(("1500", "1000")),
                )

    def next_month(self) -> str:
        """Lets a month go by; the builder holds what was sent. Returns the period to close."""
        self.period = months_later(self.period, 1)
        self.months += 1
        if self.months == self.second_edition_in:
            self.editions("second", 2)
        self.more()
        return self.period

    def more(self) -> None:
        """Sends new spells, changed ones and deletions; changes registrations and successions."""
        self.builder.tables["registrations"][:] = self.registrations()
        self.change_successions()
        new = [self.new_spell() for _ in range(self.spells_a_month)]
        known = [row for row in self.sent.values() if row["cds_update_type"] != "gone"]
        changed = self.random.sample(known, len(known) // 3)
        again = [self.changed(row) for row in changed] + new
        for row in again:
            self.sent[row["cds_unique_identifier"]] = row
        self.send_net([row for row in again if row["provider_code"] == "RXA"])
        self.send_bulk()

    def new_spell(self) -> Row:
        """Returns a new spell's one episode: mostly of the month, else late or early."""
        self.patients += 1
        month = months_later(self.period, self.random.choice((0, 0, 0, 0, -1, -1, -2, -3, 1)))
        number = nhs_number(self.patients)
        self.patients_numbers.append(number)
        return self.dated(
            episode_row(
                self.patients,
                nhs_number=number if self.random.random() < 0.9 else "",
                provider_code=self.random.choice(("RXA", "RXB")),
                hrg_code=self.random.choice(HRGS[:4]),
                patient_classification=self.random.choice("112"),
                admission_method=self.random.choice(("11", "11", "21")),
                gp_practice_code=self.random.choice(SUBMITTED),
                gmp_code=self.random.choice(("", "G9500001", "G9500002")),
            ),
            month,
        )

    def dated(self, row: Row, month: str) -> Row:
        """Returns a row with a stay that ends in a month, at times over its beginning."""
        day = self.random.choice((1, 2, 10, 20, 28))
        discharged = f"{month}-{day:02d}"
        admitted = days_after(discharged, -self.random.randint(0, 3))
        return {
            **row,
            "admission_date": admitted,
            "episode_start_date": admitted,
            "episode_end_date": discharged,
            "discharge_date": discharged,
            "cds_activity_date": discharged,
        }

    def changed(self, row: Row) -> Row:
        """Returns another version of a known record: changed, deleted, brought back or the same."""
        row = {**row, "cds_update_type": "9", "discharge_date": row["episode_end_date"]}
        what = self.random.random()
        if what < 0.15:
            return {**row, "cds_update_type": "1"}
        if what < 0.3:
            month = row["episode_end_date"][:7]
            return self.dated(row, months_later(month, self.random.choice((-1, 0, 1))))
        if what < 0.35:
            return {**row, "admission_method": "77"}
        field, values = self.random.choice(CHANGES)
        return {**row, field: str(self.random.choice(values))}

    def send_net(self, rows: list[Row]) -> None:
        """Sends versions as net changes, applicable in the order in which they are sent."""
        self.interchanges += 1
        moment = f"{self.period}-28T{self.interchanges // 60:02d}:{self.interchanges % 60:02d}:00"
        records = [{**row, "cds_applicable_datetime": moment} for row in rows]
        self.builder.interchange(records, extract_datetime=moment)

    def send_bulk(self) -> None:
        """Sends all that RXB has of one month, old or new, as a bulk replacement."""
        self.interchanges += 1
        month = months_later(self.period, self.random.choice((0, 0, -1, -2)))
        moment = f"{self.period}-28T{self.interchanges // 60:02d}:{self.interchanges % 60:02d}:00"
        records = [
            row
            for row in self.sent.values()
            if row["provider_code"] == "RXB"
            and row["cds_activity_date"].startswith(month)
            and row["cds_update_type"] == "9"
            and self.random.random() < 0.95
        ]
        self.builder.interchange(
            records,
            sender="RXB",
            protocol="020",
            bulk_group="010",
            period_start=f"{month}-01",
            period_end=f"{month}-28",
            extract_datetime=moment,
        )

    def registrations(self) -> list[Row]:
        """Returns the registrations known by now: most patients stay where they were."""
        known = {row["nhs_number"]: row for row in self.builder.tables["registrations"]}
        for number in self.patients_numbers:
            if self.random.random() < (0.3 if number not in known else 0.05):
                known[number] = {
                    "nhs_number": number,
                    "practice_code": self.random.choice(PRACTICES),
                    "start_date": self.random.choice(("1990-04-01", self.day(1, 10))),
                    "end_date": self.random.choice(("", "", self.day(2, 10))),
                }
        return list(known.values())

    def change_successions(self) -> None:
        """Takes a succession back at times, and at times finds one out: late, on time or early."""
        known = self.builder.tables["successions"]
        if known and self.random.random() < 0.1:
            known.remove(self.random.choice(known))
        place = self.random.randrange(len(MEMBERS) - 1)
        succeeded = {row["practice_code"] for row in known}
        if self.random.random() < 0.2 and MEMBERS[place] not in succeeded:
            heir = self.random.choice(MEMBERS[place + 1 :])
            day = self.random.randint(1, 28)
            since = f"{months_later(self.period, self.random.randint(-2, 1))}-{day:02d}"
            self.builder.succession(MEMBERS[place], heir, since)

    def files(self) -> list[NwcsFile]:
        """Returns what was sent since the site was last written, in order of landing."""
        return self.builder.waiting()
