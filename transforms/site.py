"""A site: the working directory of one information service, its settings and its places."""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from transforms.errors import UsageError
from transforms.gate_settings import GateSettings
from transforms.periods import Period
from transforms.settings import read_toml, validated

SITE_FILE = "site.toml"


class _Table(BaseModel):
    """A table of site.toml: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Code = Annotated[str, Field(pattern=r"^[0-9A-Z]{3,6}$")]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class SiteTable(_Table):
    """[site]"""

    name: str


class Commissioner(_Table):
    """[[commissioners]]: an organisation whose money it is, by ODS code."""

    code: Code
    name: str


class LandingSettings(_Table):
    """[landing]: when a bulk replacement is held instead of landed (rule H01)."""

    bulk_shrink_percent: Annotated[float, Field(ge=0, le=100)] = 25
    bulk_period_limit_days: Annotated[int, Field(ge=1)] = 366


class AttributionSettings(_Table):
    """[attribution]: the date on which a spell's practice is asked for."""

    date: Literal["admission", "discharge"] = "admission"


class LedgerSettings(_Table):
    """[ledger]: the first activity month posted, and the months after which one is frozen."""

    opens: Month | None = None
    freeze_after_months: Annotated[int, Field(ge=0)] | None = None


class StatementSettings(_Table):
    """[statements]: what the statements say and suppress."""

    suppress_below: Annotated[int, Field(ge=0)] = 6
    statement_working_day: Annotated[int, Field(ge=1, le=20)] = 10
    contact: str = ""


class SmtpSettings(_Table):
    """[delivery.smtp]: the mail server. Passwords and tokens are never kept in the site.

    `final_timeout_seconds` is how long the server may take to say that it has taken a message
    (RFC 5321, 4.5.3.2.6: ten minutes). `token_url`, `client_id` and `scope` are those of XOAUTH2 by
    client credentials; without them the secrets hold an access token.
    """

    host: str = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    authentication: Literal["none", "basic", "xoauth2"] = "none"
    username: str = ""
    sender: str = ""
    timeout_seconds: Annotated[float, Field(gt=0)] = 60
    final_timeout_seconds: Annotated[float, Field(gt=0)] = 600
    ca_file: str | None = None
    token_url: str | None = None
    client_id: str = ""
    scope: str = "https://outlook.office365.com/.default"


class SecretSettings(_Table):
    """[delivery.secrets]: where passphrases and the mail server's secret are, never what they are.

    One of the two: a file outside the site with mode 0600, or a variable of Airflow, which its
    secrets backend holds.
    """

    file: str | None = None
    airflow_variable: str | None = None


class DeliverySettings(_Table):
    """[delivery]: whether, to which domains and through which server statements are sent.

    `allowed_domains` gives each domain the date on which it was checked to be accredited for
    patient data (NHSmail, or DCB1596). A question in Airflow that nobody answers in
    `approval_hours` is answered by rejection. `attach_page` also attaches the statement as a page,
    for who cannot open a PDF. A message refused for the time being is tried again after each of
    `retry_minutes` in turn, then no more.
    """

    enabled: bool = False
    allowed_domains: dict[str, datetime.date] = {}
    maximum_megabytes: Annotated[float, Field(gt=0)] = 35
    auto_approve: bool = False
    approval_hours: Annotated[float, Field(gt=0)] = 72
    attach_page: bool = True
    retry_minutes: tuple[Annotated[float, Field(ge=0)], ...] = (5, 15, 60, 240, 720)
    secrets: SecretSettings = SecretSettings()
    smtp: SmtpSettings = SmtpSettings()


class WarehouseSettings(_Table):
    """[warehouse]: what DuckDB may use. Unset means DuckDB's own choice.

    `memory_limit`, such as ``4GB``, is the whole program's: DuckDB is given seven tenths of it.
    """

    memory_limit: str | None = None
    threads: Annotated[int, Field(ge=1)] | None = None
    temp_directory: str | None = None


class SiteConfig(_Table):
    """The whole of site.toml."""

    site: SiteTable
    commissioners: Annotated[tuple[Commissioner, ...], Field(min_length=1)]
    landing: LandingSettings = LandingSettings()
    attribution: AttributionSettings = AttributionSettings()
    ledger: LedgerSettings = LedgerSettings()
    statements: StatementSettings = StatementSettings()
    gates: GateSettings = GateSettings()
    delivery: DeliverySettings = DeliverySettings()
    warehouse: WarehouseSettings = WarehouseSettings()


@dataclass(frozen=True)
class Site:
    """A site's directory with its validated settings."""

    directory: Path
    config: SiteConfig

    @property
    def reference(self) -> Path:
        return self.directory / "reference"

    def inbox(self, commissioner: str) -> Path:
        return self.directory / "inbox" / commissioner

    def archive(self, commissioner: str) -> Path:
        return self.directory / "archive" / commissioner

    def held(self, commissioner: str) -> Path:
        return self.directory / "held" / commissioner

    def refused(self, commissioner: str) -> Path:
        return self.directory / "refused" / commissioner

    def warehouse(self, commissioner: str) -> Path:
        return self.directory / "warehouse" / f"{commissioner}.duckdb"

    def output(self, commissioner: str, period: Period, revision: int) -> Path:
        """The folder of one revision of a period's packages and documents."""
        return self.directory / "out" / commissioner / str(period) / f"r{revision}"

    def delivery(self, commissioner: str) -> Path:
        """Delivery's books: approvals, outbox, audit."""
        return self.directory / "delivery" / f"{commissioner}.sqlite"

    def sealed(self, commissioner: str, period: Period, revision: int) -> Path:
        """The folder of encrypted workbooks of one revision, as they are sent."""
        return self.directory / "delivery" / commissioner / str(period) / f"r{revision}"

    def commissioner(self, code: str | None = None) -> Commissioner:
        """The commissioner of a code; without one, the site's only commissioner.

        Raises UsageError where the code is not the site's, or is needed and was not given.
        """
        known = {each.code: each for each in self.config.commissioners}
        if code is None:
            if len(known) == 1:
                return next(iter(known.values()))
            raise UsageError(
                f"This site serves {', '.join(sorted(known))}. Say which with --commissioner."
            )
        if code not in known:
            raise UsageError(
                f"{code} is not a commissioner of this site, which serves "
                f"{', '.join(sorted(known))} ([[commissioners]] in {SITE_FILE})."
            )
        return known[code]


def load_site(directory: Path) -> Site:
    """Read a site's settings. Raises UsageError naming the file, the key and the mend."""
    path = directory / SITE_FILE
    if not path.is_file():
        raise UsageError(
            f"{directory} is not a site: it has no {SITE_FILE}. "
            "Make one with 'pbc init DIR', or name another with --site."
        )
    return Site(directory.resolve(), parse_config(read_toml(path, str(path)), str(path)))


def parse_config(content: dict[str, Any], where: str) -> SiteConfig:
    """Validate the tables of site.toml. Raises UsageError; `where` names the file in it."""
    config = validated(SiteConfig, content, where)
    codes = [each.code for each in config.commissioners]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise UsageError(f"{where}: commissioner {', '.join(repeated)} stands there twice.")
    return config
