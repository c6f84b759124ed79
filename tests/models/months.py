"""Months and financial years as text: `2004-09` is a month, `2004/05` runs April to March."""

from calendar import monthrange
from datetime import date


def month_of(day: str) -> str:
    """Returns the month YYYY-MM of a date YYYY-MM-DD."""
    return day[:7]


def financial_year(month: str) -> str:
    """Returns the financial year, such as 2004/05, of a month: April is its first."""
    year = int(month[:4]) - (int(month[5:]) < 4)
    return f"{year}/{(year + 1) % 100:02d}"


def months_of(year: str) -> list[str]:
    """Returns the twelve months of a financial year, April first."""
    first = f"{year[:4]}-04"
    return [months_later(first, place) for place in range(12)]


def months_later(month: str, months: int) -> str:
    """Returns the month so many months later (earlier if negative)."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{count // 12}-{count % 12 + 1:02d}"


def months_between(earlier: str, later: str) -> int:
    """Returns how many months later the second month is than the first."""
    return 12 * (int(later[:4]) - int(earlier[:4])) + int(later[5:]) - int(earlier[5:])


def last_day(month: str) -> date:
    """Returns a month's last day."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])
