"""The rule of a year's budgets, as reference/budgets/<year>.toml gives it."""

from decimal import Decimal
from typing import Annotated, Self

import pydantic
from pydantic import Field

from transforms import settings
from transforms.budgets import workings
from transforms.budgets.workings import Method
from transforms.errors import UsageError
from transforms.periods import financial_year_start
from transforms.site import Site

Percent = Annotated[Decimal, Field(max_digits=12, decimal_places=6)]
Pounds = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=2)]


class _Table(pydantic.BaseModel):
    """A table of a rule: frozen, and closed to keys it does not know."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


class UpliftPercent(_Table):
    """[uplift_percent]: per cent of the base, by POD where one differs from the default."""

    default: Annotated[Percent, Field(ge=-100)] = Decimal(0)
    elective: Annotated[Percent, Field(ge=-100)] | None = None
    daycase: Annotated[Percent, Field(ge=-100)] | None = None
    non_elective: Annotated[Percent, Field(ge=-100)] | None = None

    def by_pod(self) -> dict[str, Decimal]:
        """The percentage of each POD."""
        own = {
            "elective": self.elective,
            "daycase": self.daycase,
            "non_elective": self.non_elective,
        }
        return {pod: self.default if percent is None else percent for pod, percent in own.items()}


class Rule(_Table):
    """reference/budgets/<year>.toml: how a year's budgets are set.

    `years` are those that the base may be of: all that are compared, or the one. `resource_limit`
    is pounds; `pace` (0 to 1) and `maximum_change_percent` are for fair shares.
    """

    financial_year: str
    method: Method
    years: Annotated[tuple[str, ...], Field(min_length=1)]
    uplift_percent: UpliftPercent = UpliftPercent()
    contingency_percent: Annotated[Percent, Field(ge=0, le=100)] = Decimal(0)
    resource_limit: Pounds | None = None
    scale_to_limit: bool = False
    pace: Annotated[Percent, Field(ge=0, le=1)] = Decimal(1)
    maximum_change_percent: Annotated[Percent, Field(ge=0)] | None = None

    @pydantic.field_validator("financial_year", "years")
    @classmethod
    def _are_financial_years(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for year in (value,) if isinstance(value, str) else value:
            try:
                financial_year_start(year)
            except UsageError as error:
                raise ValueError(str(error)) from error
        return value

    @pydantic.model_validator(mode="after")
    def _fits_together(self) -> Self:
        late = [year for year in self.years if year >= self.financial_year]
        if late:
            raise ValueError(f"years: {late[0]} is not before {self.financial_year}")
        if len(set(self.years)) < len(self.years):
            raise ValueError("years: a year stands there twice")
        if self.method != "highest_of_years" and len(self.years) > 1:
            raise ValueError(f"years: method {self.method} takes one year")
        if self.method == "fair_shares" and self.resource_limit is None:
            raise ValueError("resource_limit: method fair_shares shares it out, and needs it")
        if self.scale_to_limit and self.resource_limit is None:
            raise ValueError("scale_to_limit: there is no resource_limit to scale to")
        return self


def read_rule(site: Site, commissioner: str, financial_year: str) -> Rule:
    """The rule of a year for a commissioner, whose own table changes what is the site's.

    Raises UsageError naming the file and the key.
    """
    financial_year_start(financial_year)
    name = rule_file(financial_year)
    path = site.directory / name
    if not path.is_file():
        raise UsageError(
            f"{name} is missing: it gives the rule by which budgets of {financial_year} are set. "
            "Write it as docs/budgets.md describes."
        )
    content = settings.read_toml(path, name, exact=True)
    own = content.pop("commissioners", {})
    known = [each.code for each in site.config.commissioners]
    if not isinstance(own, dict) or not all(isinstance(table, dict) for table in own.values()):
        raise UsageError(f"{name}: commissioners holds a table for a code: [commissioners.5XA].")
    for code in own.keys() - known:
        raise UsageError(
            f"{name}: commissioners.{code}: no commissioner of this site."
            f"{settings.suggestion(code, known)}"
        )
    rule = settings.validated(Rule, content | own.get(commissioner, {}), name)
    if rule.financial_year != financial_year:
        raise UsageError(
            f"{name}: financial_year is {rule.financial_year}, but the file is named for "
            f"{financial_year}. Correct the one that is wrong."
        )
    return rule


def rule_file(financial_year: str) -> str:
    """Where the rule of a year stands in a site."""
    return f"reference/budgets/{workings.file_name(financial_year, 'toml')}"
