"""Working days in England: Monday to Friday, less the bank holidays of a kept library."""

import datetime
from functools import cache

from transforms.periods import Period

_SATURDAY = 5


@cache
def bank_holidays(first_year: int, last_year: int) -> tuple[datetime.date, ...]:
    """England's bank holidays of these calendar years, in order."""
    import holidays

    england = holidays.country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1))
    return tuple(sorted(england))


@cache  # each statement of a close asks for the same
def nth_working_day(period: Period, number: int) -> datetime.date:
    """The working day of that number of a month, counted from 1; the last where it has fewer."""
    closed = set(bank_holidays(period.year, period.year))
    days = (
        period.first_day + datetime.timedelta(days=offset)
        for offset in range((period.last_day - period.first_day).days + 1)
    )
    working = [day for day in days if day.weekday() < _SATURDAY and day not in closed]
    return working[min(number, len(working)) - 1]
