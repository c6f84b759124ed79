"""A month in Polars, lazily: from the feed files to charges and position.

Every record landed goes straight into Parquet, typed, with its faults and with the text of what
could not be read. What comes after reads of it only the columns that it needs. A query runs where
its result is used more than once; everything before that is left to the optimiser.

Polars uses as many threads as the environment variable POLARS_MAX_THREADS says.
"""

import argparse
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.peers import rules
from benchmarks.stages import Stages, size_of
from transforms.periods import Period
from transforms.site import Site, load_site

_SPELL = ("provider_code", "provider_spell_number")
_PLACE = ("episode_start_date", "episode_number", "cds_unique_identifier")
_TOO_OLD = date(1880, 1, 1)
_LAST_RANK = 2**31 - 1
_NUMBER = "^([0-9]{1,9}|-[1-9][0-9]{0,8})$"


def main() -> None:
    parser = argparse.ArgumentParser(description="Lands and closes a month in Polars.")
    parser.add_argument("site", type=Path)
    parser.add_argument("period", type=Period.parse)
    parser.add_argument("--feeds", type=Path, required=True, help="the folder of the feed files")
    parser.add_argument("--into", type=Path, required=True, help="where its files go")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    if pl.thread_pool_size() != chosen.threads:
        raise SystemExit(f"Start it with POLARS_MAX_THREADS={chosen.threads}.")
    site = load_site(chosen.site)
    rules.check(site)
    chosen.into.mkdir(parents=True, exist_ok=True)
    stages = Stages()
    told = run(site, chosen.period, sorted(chosen.feeds.iterdir()), chosen.into, stages)
    stages.write(chosen.out, warehouse=size_of(chosen.into), **told)


def run(
    site: Site, period: Period, feeds: Sequence[Path], into: Path, stages: Stages
) -> dict[str, Any]:
    """The month's charges by practice and POD, and the position, in pence."""
    commissioner = site.commissioner().code
    editions = rules.editions(site)
    with stages.stage("land"):
        scopes = land(feeds, into)
    with stages.stage("episodes"):
        fields = (*rules.KEPT, *rules.exclusion_fields(editions))
        episodes = collected(live_episodes(into, scopes, fields))
    with stages.stage("spells"):
        episodes, spells = join_spells(episodes, editions)
    with stages.stage("prices"):
        spells = collected(price(episodes, spells, editions, period))
        del episodes
    with stages.stage("attribution"):
        spells = collected(attribute(spells, site, commissioner, period))
    with stages.stage("ledger"):
        opens = Period.parse(site.config.ledger.opens or "1900-01").first_day
        charges = spells.filter(
            pl.col("responsible"),
            pl.col("price_status").is_in(["priced", "local"]),
            pl.col("activity_month") >= opens,
        )
        charges.sink_parquet(into / "charges.parquet")
        posted = charges.group_by("budget_holder", "pod").agg(pl.sum("total_price"))
        posted = posted.filter(pl.col("total_price") != 0).sort("budget_holder", "pod").collect()
    with stages.stage("position"):
        position = rules.position(site, commissioner, period, standing(charges, period))
    return {"charges": posted.rows(), "position": position}


def collected(query: pl.LazyFrame) -> pl.LazyFrame:
    """A query that has run, to be gone on from."""
    return query.collect(engine="streaming").lazy()


def land(feeds: Sequence[Path], into: Path) -> pl.LazyFrame:
    """Type, check and keep every record; give the scopes of bulk replacements."""
    scopes = []
    first = 0
    for number, feed in enumerate(feeds, start=1):
        header = rules.header(feed, number)
        text = (
            pl.scan_csv(
                feed,
                has_header=False,
                skip_rows=2,
                schema={"kind": pl.String} | dict.fromkeys(header.columns, pl.String),
                missing_columns="insert",  # the trailer is short of them
            )
            .filter(pl.col("kind") == "REC")
            .drop("kind")
            .with_row_index("record_id", offset=first)
        )
        kept = into / f"records_{number:04}.parquet"
        checked = typed(text, header, number).with_columns(faults(header).alias("faults"))
        checked.drop("record_group", "bulk_group").sink_parquet(kept)
        landed = pl.scan_parquet(kept).select(pl.len()).collect().item()
        if landed != header.records:
            raise SystemExit(f"{feed.name}: the trailer says {header.records} records.")
        first += landed
        if header.is_bulk:
            scopes.append(
                {
                    "scope": number,
                    "later_landed": number,
                    "sender": header.sender,
                    "prime_recipient": header.prime_recipient,
                    "bulk_group": header.bulk_group,
                    "period_start": header.period_start,
                    "period_end": header.period_end,
                    "later_time": header.extracted,
                }
            )
    return pl.LazyFrame(scopes)


def typed(text: pl.LazyFrame, header: rules.Header, number: int) -> pl.LazyFrame:
    """The records with dates, whole numbers and organisation codes read; null for what is none.

    What could not be read stands beside it as text.
    """
    read = {name: a_date(name) for name in rules.DATES}
    read |= {name: a_number(name) for name in rules.WHOLE_NUMBERS}
    read["cds_applicable_datetime"] = pl.when(
        pl.col("cds_applicable_datetime").str.len_bytes() == 19
    ).then(
        pl.col("cds_applicable_datetime").str.to_datetime(
            "%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False
        )
    )
    unread = [
        pl.when(value.is_null()).then(pl.col(name)).alias(f"{name}_text")
        for name, value in read.items()
    ]
    organisations = {
        name: an_organisation(name) for name in rules.ORGANISATIONS if name in header.columns
    }
    deletions = [
        code for code, kind in rules.codes("cds_update_type").items() if kind == "deletion"
    ]
    is_deletion = pl.col("cds_update_type").is_in(deletions).fill_null(False)
    return text.with_columns(*unread, **read, **organisations).with_columns(
        landing_number=pl.lit(number),
        prime_recipient=pl.lit(header.prime_recipient),
        sender=pl.lit(header.sender),
        scope_number=pl.lit(header.scope_number, dtype=pl.Int32),
        effective_time=pl.lit(header.extracted, dtype=pl.Datetime("us"))
        if header.is_bulk
        else pl.col("cds_applicable_datetime"),
        is_deletion=pl.lit(False) if header.is_bulk else is_deletion,
        record_group=coded("cds_record_type", rules.codes("cds_record_type")),
        bulk_group=coded("cds_record_type", rules.codes("cds_record_type", "bulk_group")),
    )


def a_date(name: str) -> pl.Expr:
    """A date written YYYY-MM-DD; null for anything else."""
    text = pl.col(name)
    return pl.when(text.str.len_bytes() == 10).then(text.str.to_date("%Y-%m-%d", strict=False))


def a_number(name: str) -> pl.Expr:
    """A whole number; null for anything else."""
    text = pl.col(name)
    return pl.when(text.str.contains(_NUMBER)).then(text).cast(pl.Int32, strict=False)


def an_organisation(name: str) -> pl.Expr:
    """A code without the 00 that makes a trust's three characters five."""
    code = pl.col(name)
    is_long = (code.str.len_bytes() == 5) & code.str.ends_with("00")
    return pl.when(is_long).then(code.str.head(3)).otherwise(code)


def coded(name: str, codes: dict[str, str]) -> pl.Expr:
    """What a code list says of a code; null for one that it does not know."""
    return pl.col(name).replace_strict(codes, default=None, return_dtype=pl.String)


def faults(header: rules.Header) -> pl.Expr:
    """What is wrong with a record: rule:field, separated by ; or null."""
    told = [pl.when(wrong).then(pl.lit(name)) for name, wrong in checks(header)]
    joined = pl.concat_str(told, separator=";", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def checks(header: rules.Header) -> Iterator[tuple[str, pl.Expr]]:
    """Every rule that a record can break by itself, by rule and field, with what breaks it."""
    active = ~pl.col("is_deletion")
    # Of every record, a deletion too.
    for name in ("cds_unique_identifier", "cds_record_type", "cds_activity_date"):
        yield f"E01:{name}", is_blank(name)
    yield "E02:cds_unique_identifier", pl.col("cds_unique_identifier").str.len_chars() > 35
    yield "E02:cds_activity_date", is_unread("cds_activity_date")
    yield (
        "E03:cds_record_type",
        pl.col("cds_record_type").is_not_null() & pl.col("record_group").is_null(),
    )
    if not header.is_bulk:
        for name in ("cds_update_type", "cds_applicable_datetime"):
            yield f"E01:{name}", is_blank(name)
        yield "E02:cds_applicable_datetime", is_unread("cds_applicable_datetime")
        yield "E03:cds_update_type", is_unknown("cds_update_type")
    # Of a record of activity.
    for name in rules.REQUIRED:
        yield f"E01:{name}", is_blank(name) & active
    is_finished = pl.col("record_group") == "finished"
    yield "E01:episode_end_date", is_blank("episode_end_date") & is_finished & active
    for name in rules.DATES[1:]:
        yield f"E02:{name}", is_unread(name) & active
    is_provider = pl.col("provider_code").str.contains("^[0-9A-Z]{3,6}$")
    yield "E02:provider_code", ~is_provider & active
    too_long = pl.col("provider_spell_number").str.len_chars() > 12
    yield "E02:provider_spell_number", too_long & active
    number = pl.col("episode_number")
    yield (
        "E02:episode_number",
        (is_unread("episode_number") | ~number.is_between(1, 87)) & active,
    )
    for name in rules.WHOLE_NUMBERS[1:]:
        yield f"E02:{name}", (is_unread(name) | (pl.col(name) < 0)) & active
    for name in ("patient_classification", "administrative_category", "admission_method"):
        yield f"E03:{name}", is_unknown(name) & active
    admitted, discharged = pl.col("admission_date"), pl.col("discharge_date")
    start, end = pl.col("episode_start_date"), pl.col("episode_end_date")
    yield "E04:discharge_date", (discharged < admitted) & active
    yield "E04:episode_end_date", ((end < start) | (end > discharged)) & active
    yield "E04:episode_start_date", (start < admitted) & active
    born, activity = pl.col("birth_date"), pl.col("cds_activity_date")
    yield "E07:birth_date", ((born < _TOO_OLD) | (born > admitted) | (born > activity)) & active
    if header.is_bulk:
        inside = activity.is_between(pl.lit(header.period_start), pl.lit(header.period_end))
        yield "E06:cds_activity_date", ~inside & active
        yield "E06:cds_record_type", (pl.col("bulk_group") != header.bulk_group) & active


def is_blank(name: str) -> pl.Expr:
    """Whether a field was submitted blank."""
    read = (*rules.DATES, *rules.WHOLE_NUMBERS, "cds_applicable_datetime")
    blank = pl.col(name).is_null()
    return blank & pl.col(f"{name}_text").is_null() if name in read else blank


def is_unread(name: str) -> pl.Expr:
    """Whether there is something in a field that could not be read."""
    return pl.col(f"{name}_text").is_not_null()


def is_unknown(name: str) -> pl.Expr:
    """Whether a code is not in its list."""
    return ~pl.col(name).is_in(list(rules.codes(name)))


def live_episodes(into: Path, scopes: pl.LazyFrame, fields: Sequence[str]) -> pl.LazyFrame:
    """The records of hospital care that are live: one for each identifier at most."""
    records = pl.scan_parquet(into / "records_*.parquet")
    key, order = "cds_unique_identifier", ("effective_time", "landing_number")
    # E05: of a record that comes again in its interchange with the same time, the last stands.
    again = (
        records.filter(pl.col(key).is_not_null(), pl.col("effective_time").is_not_null())
        .group_by(key, *order)
        .agg(pl.len().alias("times"), pl.max("record_id").alias("last"))
        .filter(pl.col("times") > 1)
    )
    spoilt = records.select(key, *order, "record_id").join(again, on=[key, *order])
    spoilt = spoilt.filter(pl.col("record_id") < pl.col("last"))
    good = records.filter(pl.col("faults").is_null()).select(fields)
    good = good.join(spoilt, on="record_id", how="anti")
    last = (
        good.filter(~pl.col("is_deletion"))
        .sort(order, maintain_order=True)
        .unique(key, keep="last", maintain_order=True)
    )
    deletions = (
        good.filter("is_deletion")
        .sort(order, maintain_order=True)
        .unique(key, keep="last", maintain_order=True)
        .select(key, later_time="effective_time", later_landed="landing_number")
    )
    dead = last.join(deletions, on=key).filter(comes_before_later())
    covered = (
        last.with_columns(
            bulk_group=coded("cds_record_type", rules.codes("cds_record_type", "bulk_group"))
        )
        .join(scopes, on=["sender", "prime_recipient", "bulk_group"])
        .filter(
            pl.col("cds_activity_date").is_between(pl.col("period_start"), pl.col("period_end")),
            comes_before_later(),
        )
        .select(key, "scope")
    )
    brought = records.select(key, pl.col("scope_number").cast(pl.Int64).alias("scope")).drop_nulls()
    replaced = covered.join(brought, on=[key, "scope"], how="anti")
    finished = [code for code, kind in rules.codes("cds_record_type").items() if kind == "finished"]
    return (
        last.filter(pl.col("cds_record_type").is_in(finished))
        .join(dead, on=key, how="anti")
        .join(replaced, on=key, how="anti")
    )


def comes_before_later() -> pl.Expr:
    """Whether a record comes before what it was joined with, in effective time, then landing."""
    time, later = pl.col("effective_time"), pl.col("later_time")
    is_landed_before = pl.col("landing_number") < pl.col("later_landed")
    return (time < later) | ((time == later) & is_landed_before)


def join_spells(
    episodes: pl.LazyFrame, editions: list[rules.Edition]
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Episodes joined into spells, each with its point of delivery and its HRG.

    Both frames have `spell`, a number. The episodes stand in order, and say with `exclusion` which
    rule of the edition takes them out first, counted from 0.
    """
    episodes = episodes.sort(_PLACE)
    of_patient = [
        *("nhs_number", "birth_date", "residence_commissioner", "gp_practice_code", "gmp_code"),
        *("admission_date", "admission_method", "patient_classification"),
    ]
    days = ("critical_care_days", "rehabilitation_days", "palliative_care_days")
    admitted, discharged, born = map(pl.col, ("admission_date", "discharge_date", "birth_date"))
    years = {int(each.financial_year[:4]): each.name for each in editions}
    is_elective = pl.col("admission_type") == "elective"
    kind = coded("patient_classification", rules.codes("patient_classification"))
    spells = (
        episodes.group_by(_SPELL)
        .agg(
            pl.first(*of_patient),
            pl.max("discharge_date"),
            pl.sum_horizontal(days).sum().alias("paid_otherwise"),
            pl.len().alias("episodes"),
        )
        .with_columns(
            activity_month=discharged.dt.truncate("1mo"),
            financial_year=discharged.dt.year() - (discharged.dt.month() < 4).cast(pl.Int32),
            length_of_stay=(discharged - admitted).dt.total_days(),
            admission_type=coded("admission_method", rules.codes("admission_method")),
            age=admitted.dt.year()
            - born.dt.year()
            - (
                admitted.dt.month().cast(pl.Int32) * 100 + admitted.dt.day()
                < born.dt.month().cast(pl.Int32) * 100 + born.dt.day()
            ).cast(pl.Int32),
        )
        .with_columns(
            adjusted_stay=(pl.col("length_of_stay") - pl.col("paid_otherwise")).clip(0),
            edition=pl.col("financial_year").replace_strict(
                years, default=None, return_dtype=pl.String
            ),
            pod=pl.when(~is_elective)
            .then(pl.lit("non_elective"))
            .when(kind == "daycase")
            .then(pl.lit("daycase"))
            .when(kind == "regular")
            .then(pl.lit("regular"))
            .otherwise(pl.lit("elective")),
        )
        .with_row_index("spell")
    )
    spells = collected(spells)
    episodes = episodes.join(
        spells.select(*_SPELL, "spell", "edition", "pod", "age"),
        on=_SPELL,
        how="left",
        maintain_order="left",
    ).with_columns(exclusion=first_exclusion(editions))
    episodes = collected(episodes)
    excluded = episodes.group_by("spell").agg(
        pl.col("exclusion").is_not_null().all().alias("all_excluded")
    )
    in_question = episodes.join(excluded, on="spell", maintain_order="left").filter(
        pl.col("exclusion").is_null() | pl.col("all_excluded")
    )
    spells = spells.join(excluded, on="spell").join(
        spell_hrgs(in_question, editions), on="spell", how="left"
    )
    return episodes, collected(spells)


def first_exclusion(editions: list[rules.Edition]) -> pl.Expr:
    """The first rule of its edition that an episode meets, counted from 0."""
    found = []
    for edition in editions:
        for place, rule in enumerate(edition.tables.get("exclusions", [])):
            field, value = pl.col(str(rule["field"])).cast(pl.String), str(rule["value"])
            met = {
                "equals": field == value,
                "prefix": field.str.starts_with(value),
                "suffix": field.str.ends_with(value),
            }[str(rule["match"])]
            found.append(pl.when(met & (pl.col("edition") == edition.name)).then(pl.lit(place)))
    return pl.coalesce(found) if found else pl.lit(None, dtype=pl.Int32)


def spell_hrgs(episodes: pl.LazyFrame, editions: list[rules.Edition]) -> pl.LazyFrame:
    """The HRG of each spell: of the last episode that has a spell HRG, else of the dominant one."""
    given = (
        episodes.filter(pl.col("spell_hrg_code").is_not_null())
        .group_by("spell")
        .agg(pl.last("spell_hrg_code").alias("hrg_code"))
    )
    rest = episodes.join(given, on="spell", how="anti", maintain_order="left")
    ranks = procedure_ranks(rest, editions)
    hrg = pl.col("hrg_code")
    dominant = (
        rest.join(ranks, on="record_id", how="left", maintain_order="left")
        .sort(
            hrg.is_null() | hrg.str.starts_with("U"),
            pl.col("rank").fill_null(_LAST_RANK),
            pl.col("episode_start_date") - pl.col("episode_end_date"),
            maintain_order=True,
        )
        .group_by("spell", maintain_order=True)
        .agg(pl.first("hrg_code"))
    )
    return pl.concat([given, dominant])


def procedure_ranks(episodes: pl.LazyFrame, editions: list[rules.Edition]) -> pl.LazyFrame:
    """The best rank of any procedure of each episode that has a ranked one."""
    ranks = pl.LazyFrame(
        [
            (edition.name, row["procedure_code"], int(str(row["rank"])))
            for edition in editions
            for row in edition.tables.get("procedure_rank", [])
        ],
        schema={"edition": pl.String, "procedure": pl.String, "rank": pl.Int64},
        orient="row",
    )
    codes = pl.concat_str(
        "primary_procedure", "secondary_procedures", separator=";", ignore_nulls=True
    )
    return (
        episodes.filter(pl.len().over("spell") > 1)
        .select("record_id", "edition", codes.str.split(";").alias("procedure"))
        .explode("procedure")
        .with_columns(pl.col("procedure").str.strip_chars())
        .join(ranks, on=["edition", "procedure"])
        .group_by("record_id")
        .agg(pl.min("rank"))
    )


def price(
    episodes: pl.LazyFrame,
    spells: pl.LazyFrame,
    editions: list[rules.Edition],
    period: Period,
) -> pl.LazyFrame:
    """The spells discharged by the period's end, priced, every component in pence."""
    spells = spells.filter(pl.col("discharge_date") <= period.last_day)
    matched = (
        with_tariff(spells, editions)
        .join(local_prices(spells, editions), on="spell", how="left")
        .join(top_up_percents(episodes, editions), on="spell", how="left")
    )
    hrg, stay, base = pl.col("hrg_code"), pl.col("adjusted_stay"), pl.col("tariff_price")
    has_local, all_excluded = pl.col("local_price").is_not_null(), pl.col("all_excluded")
    status = (
        pl.when((pl.col("pod") == "regular") | (all_excluded & ~has_local))
        .then(pl.lit("excluded"))
        .when(all_excluded)
        .then(pl.lit("local"))
        .when(hrg.is_null() | hrg.str.starts_with("U"))
        .then(pl.lit("ungrouped"))
        .when(base.is_not_null())
        .then(pl.lit("priced"))
        .when(has_local)
        .then(pl.lit("local"))
        .otherwise(pl.lit("no_tariff"))
    )
    is_short = (
        (pl.col("admission_type") == "emergency")
        & (stay < 2)
        & (pl.col("age") >= pl.col("short_stay_minimum_age")).fill_null(True)
        & pl.col("short_stay_percent").is_not_null()
    )
    percent = 100 * rules.PERCENT
    adjusted = base + pl.col("short_stay_adjustment")
    so_far = adjusted + pl.col("excess_day_payment") + pl.col("top_up_payment")
    components = (
        *("base_price", "short_stay_adjustment", "excess_day_payment", "top_up_payment"),
        "market_forces_payment",
    )
    return (
        matched.with_columns(price_status=status)
        .with_columns(is_priced=pl.col("price_status") == "priced")
        .with_columns(
            base_price=pl.when("is_priced")
            .then(base)
            .when(pl.col("price_status") == "local")
            .then("local_price"),
            short_stay_adjustment=if_priced(
                pl.when(is_short)
                .then(to_the_penny(base * pl.col("short_stay_percent"), percent) - base)
                .otherwise(0)
            ),
            excess_day_payment=if_priced(
                (stay - pl.col("trim_point")).clip(0) * pl.col("excess_day_price")
            ),
        )
        .with_columns(
            top_up_payment=if_priced(to_the_penny(adjusted * pl.col("top_up_percent"), percent))
        )
        .with_columns(
            market_forces_payment=if_priced(
                to_the_penny(so_far * (pl.col("market_forces_index") - rules.INDEX), rules.INDEX)
            )
        )
        .with_columns(pl.col(components).fill_null(0))
        .with_columns(total_price=pl.sum_horizontal(components))
    )


def if_priced(amount: pl.Expr) -> pl.Expr:
    """A component of a price by the tariff, 0 elsewhere."""
    return pl.when("is_priced").then(amount.fill_null(0)).otherwise(0)


def to_the_penny(amount: pl.Expr, one: int) -> pl.Expr:
    """amount / one, rounded half away from zero."""
    return amount.sign() * ((2 * amount.abs() + one) // (2 * one))


def with_tariff(spells: pl.LazyFrame, editions: list[rules.Edition]) -> pl.LazyFrame:
    """The spells with what their edition says of their HRG and POD, and of their provider."""
    tariff = pl.LazyFrame(
        [(each.name, *row) for each in editions for row in rules.tariff_rows(each)],
        schema={
            "edition": pl.String,
            "hrg_code": pl.String,
            "pod": pl.String,
            "tariff_price": pl.Int64,
            "trim_point": pl.Int64,
            "excess_day_price": pl.Int64,
            "short_stay_percent": pl.Int64,
        },
        orient="row",
    )
    general = pl.LazyFrame(
        [(each.name, each.short_stay_minimum_age) for each in editions],
        schema={"edition": pl.String, "short_stay_minimum_age": pl.Int64},
        orient="row",
    )
    forces = pl.LazyFrame(
        [
            (each.name, row["provider_code"], rules.scaled(row["index"], rules.INDEX))
            for each in editions
            if each.market_forces_in_price
            for row in each.tables.get("market_forces", [])
        ],
        schema={"edition": pl.String, "provider_code": pl.String, "market_forces_index": pl.Int64},
        orient="row",
    )
    return (
        spells.join(tariff, on=["edition", "hrg_code", "pod"], how="left")
        .join(general, on="edition", how="left")
        .join(forces, on=["edition", "provider_code"], how="left")
    )


def local_prices(spells: pl.LazyFrame, editions: list[rules.Edition]) -> pl.LazyFrame:
    """The most specific local price of each spell that has one."""
    listed = pl.LazyFrame(
        [
            (
                *(edition.name, row["hrg_code"], row["provider_code"], row["pod"]),
                *(rules.pence(row["price"]), row["per"] == "day"),
            )
            for edition in editions
            for row in edition.tables.get("local_prices", [])
        ],
        schema={
            "edition": pl.String,
            "hrg_code": pl.String,
            "at_provider": pl.String,
            "for_pod": pl.String,
            "price": pl.Int64,
            "per_day": pl.Boolean,
        },
        orient="row",
    )
    days = pl.when("per_day").then(pl.col("length_of_stay").clip(1)).otherwise(1)
    return (
        spells.join(listed, on=["edition", "hrg_code"])
        .filter(
            (pl.col("at_provider") == pl.col("provider_code")).fill_null(True),
            (pl.col("for_pod") == pl.col("pod")).fill_null(True),
        )
        .sort(pl.col("at_provider").is_null(), pl.col("for_pod").is_null())
        .unique("spell", keep="first", maintain_order=True)
        .select("spell", (pl.col("price") * days).alias("local_price"))
    )


def top_up_percents(episodes: pl.LazyFrame, editions: list[rules.Edition]) -> pl.LazyFrame:
    """The highest top-up that each spell qualifies for by an episode that is not excluded."""
    listed = {
        field: pl.concat_str(
            pl.lit(""), f"primary_{field}", *others, separator=";", ignore_nulls=True
        )
        for field, others in (
            ("diagnosis", ["secondary_diagnoses"]),
            ("procedure", ["secondary_procedures"]),
        )
    }
    found = []
    for edition in editions:
        for row in edition.tables.get("top_ups", []):
            providers = [
                each["provider_code"]
                for each in edition.tables.get("top_up_providers", [])
                if each["service"] == row["service"]
            ]
            met = (
                (pl.col("edition") == edition.name)
                & pl.col("provider_code").is_in(providers)
                & listed[str(row["field"])].str.contains(f";{row['value']}", literal=True)
            )
            if row["minimum_age"] is not None:
                met &= pl.col("age") >= int(row["minimum_age"])
            if row["maximum_age"] is not None:
                met &= pl.col("age") <= int(row["maximum_age"])
            rate = rules.scaled(row["rate_percent"], rules.PERCENT)
            found.append(pl.when(met).then(pl.lit(rate, dtype=pl.Int64)))
    best = pl.max_horizontal(found) if found else pl.lit(None, dtype=pl.Int64)
    return (
        episodes.filter(pl.col("exclusion").is_null())
        .select("spell", best.alias("top_up_percent"))
        .drop_nulls()
        .group_by("spell")
        .agg(pl.max("top_up_percent"))
    )


def attribute(spells: pl.LazyFrame, site: Site, commissioner: str, period: Period) -> pl.LazyFrame:
    """The spells with the practice that answers for each, and its budget holder."""
    day = pl.col("admission_date")
    defaults = list(rules.codes("default_practice"))
    practices = table(site, "practices", "open_date", "close_date").select(
        pl.col("practice_code").alias("submitted"), "open_date", "close_date"
    )
    asked = spells.with_columns(
        number=valid_number("nhs_number"),
        named=pl.when(~pl.col("gp_practice_code").is_in(defaults)).then("gp_practice_code"),
    ).join(practices, left_on="named", right_on="submitted", how="left", coalesce=False)
    is_open = (pl.col("open_date") <= day).fill_null(True) & (
        pl.col("close_date") >= day
    ).fill_null(True)
    asked = asked.with_columns(submitted=pl.when(is_open).then("submitted"))
    registered = claim(
        asked, registrations(site), "number", (pl.col("end_date") > day).fill_null(True)
    )
    gps = claim(
        asked.filter(pl.col("submitted").is_null()),
        table(site, "gps", "start_date", "end_date"),
        "gmp_code",
        (pl.col("end_date") >= day).fill_null(True),
    )
    is_resident = pl.col("residence_commissioner") == commissioner
    decided = (
        asked.join(registered.rename({"practice_code": "registered"}), on="spell", how="left")
        .join(gps.rename({"practice_code": "of_gp"}), on="spell", how="left")
        .with_columns(
            practice_code=pl.coalesce(
                "registered",
                "submitted",
                "of_gp",
                pl.when(is_resident).then(pl.lit(rules.RESIDENT)),
            )
        )
    )
    members = (
        table(site, "memberships", "start_date", "end_date")
        .filter(pl.col("commissioner_code") == commissioner)
        .select("practice_code", "start_date", "end_date")
    )
    ours = (
        decided.select("spell", "practice_code", "admission_date")
        .join(members, on="practice_code")
        .filter(day >= pl.col("start_date"), (day <= pl.col("end_date")).fill_null(True))
        .select("spell", pl.lit(True).alias("is_ours"))
        .unique("spell")
    )
    holders = pl.LazyFrame(
        [
            (practice, int(year[:4]), holder)
            for (practice, year), holder in rules.holders(site, period).items()
        ],
        schema={"practice_code": pl.String, "financial_year": pl.Int32, "heir": pl.String},
        orient="row",
    )
    return (
        decided.join(ours, on="spell", how="left")
        .join(holders, on=["practice_code", "financial_year"], how="left")
        .with_columns(
            responsible=pl.col("is_ours").fill_null(False)
            | (pl.col("practice_code") == rules.RESIDENT).fill_null(False),
            budget_holder=pl.coalesce("heir", "practice_code"),
        )
    )


def table(site: Site, name: str, *dates: str) -> pl.LazyFrame:
    """A reference file, with these columns as dates."""
    return pl.scan_csv(site.reference / f"{name}.csv", infer_schema=False).with_columns(
        a_date(each) for each in dates
    )


def registrations(site: Site) -> pl.LazyFrame:
    """The list of registrations, NHS numbers as numbers."""
    return table(site, "registrations", "start_date", "end_date").with_columns(
        number=pl.col("nhs_number").cast(pl.Int64)
    )


def claim(asked: pl.LazyFrame, listed: pl.LazyFrame, key: str, not_ended: pl.Expr) -> pl.LazyFrame:
    """The practice with the latest start, then the lowest code, of each spell's key on its day."""
    return (
        asked.select("spell", key, "admission_date")
        .join(listed.select(key, "practice_code", "start_date", "end_date"), on=key)
        .filter(pl.col("start_date") <= pl.col("admission_date"), not_ended)
        .sort("start_date", "practice_code", descending=[True, False])
        .unique("spell", keep="first", maintain_order=True)
        .select("spell", "practice_code")
    )


def valid_number(name: str) -> pl.Expr:
    """An NHS number as a number, null for what is none: ten digits, the last by modulus 11."""
    number = pl.when(pl.col(name).str.contains("^[0-9]{10}$")).then(pl.col(name)).cast(pl.Int64)
    digits = [number // 10 ** (9 - place) % 10 for place in range(10)]
    weighted = sum(((10 - place) * digit for place, digit in enumerate(digits[:9])), pl.lit(0))
    is_valid = ((11 - weighted % 11) % 11 == digits[9]) & (number % 1_111_111_111 != 0)
    return pl.when(is_valid).then(number)


def standing(charges: pl.LazyFrame, period: Period) -> dict[tuple[str, str], rules.Standing]:
    """What stands for each practice and POD, of the month and of the year so far."""
    is_month = pl.col("activity_month") == period.first_day
    found = (
        charges.filter(pl.col("financial_year") == int(period.financial_year[:4]))
        .group_by("budget_holder", "pod")
        .agg(
            is_month.sum().alias("month_spells"),
            pl.col("total_price").filter(is_month).sum().alias("month_actual"),
            pl.len().alias("ytd_spells"),
            pl.sum("total_price").alias("ytd_actual"),
        )
        .collect()
    )
    return {
        (holder, pod): rules.Standing(*map(int, figures))
        for holder, pod, *figures in found.iter_rows()
    }


if __name__ == "__main__":
    main()
