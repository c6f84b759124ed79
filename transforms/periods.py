"""Calendar months and the financial years they lie in."""

import calendar
import datetime
import re
from dataclasses import dataclass
from typing import Self

from transforms.errors import UsageError

_MONTHS_A_YEAR = 12
_APRIL = 4


@dataclass(frozen=True, order=True)
class Period:
    """A calendar month, written `YYYY-MM`: the month being closed, or an activity month."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `YYYY-MM`. Raises UsageError where the text is no month."""
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
        if match is None or match[1] == "0000":
            raise UsageError(
                f"{text!r} is not a period. Give a calendar month as YYYY-MM, for example 2004-09."
            )
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def containing(cls, day: datetime.date) -> Self:
        """The month a day falls in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> datetime.date:
        return datetime.date(self.year, self.month, 1)

    @property
    def last_day(self) -> datetime.date:
        return datetime.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> "Period":
        """The month that many months later (earlier if negative)."""
        serial = self.year * _MONTHS_A_YEAR + self.month - 1 + months
        return Period(serial // _MONTHS_A_YEAR, serial % _MONTHS_A_YEAR + 1)

    def next(self) -> "Period":
        return self.plus(1)

    def previous(self) -> "Period":
        return self.plus(-1)

    @property
    def financial_year(self) -> str:
        """The financial year, April to March, written `2004/05`."""
        start = self.year if self.month >= _APRIL else self.year - 1
        return f"{start:04d}/{(start + 1) % 100:02d}"

    @property
    def month_of_year(self) -> int:
        """1 for April to 12 for March."""
        return (self.month - _APRIL) % _MONTHS_A_YEAR + 1


def financial_year_start(financial_year: str) -> Period:
    """April of a financial year written `2004/05`. Raises UsageError where it is none."""
    match = re.fullmatch(r"([0-9]{4})/([0-9]{2})", financial_year)
    if match is None or int(match[2]) != (int(match[1]) + 1) % 100:
        raise UsageError(
            f"{financial_year!r} is not a financial year. Write it as two years, such as 2004/05."
        )
    return Period(int(match[1]), _APRIL)
