"""A month in pandas with Arrow types: from the feed files to charges and position.

Text is Arrow's; dates are pandas' own, in seconds, and money whole pence, both of which its joins
and group-bys know best. What has few distinct values (dates, numbers, codes) is read once for each
value. Every record landed is kept as Parquet, and a faulty one as it was submitted, too.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from benchmarks.peers import rules
from benchmarks.stages import Stages, size_of
from transforms.periods import Period
from transforms.site import Site, load_site

TEXT = pd.ArrowDtype(pa.string())
_FAR = pd.Timestamp("2262-01-01")
_LAST_RANK = 2**31 - 1
_TIME = "%Y-%m-%dT%H:%M:%S"

Frame = pd.DataFrame
Column = pd.Series  # of any type


def main() -> None:
    parser = argparse.ArgumentParser(description="Lands and closes a month in pandas.")
    parser.add_argument("site", type=Path)
    parser.add_argument("period", type=Period.parse)
    parser.add_argument("--feeds", type=Path, required=True, help="the folder of the feed files")
    parser.add_argument("--into", type=Path, required=True, help="where its files go")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    pa.set_cpu_count(chosen.threads)
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
        records, scopes = land(feeds, into, (*rules.KEPT, *rules.exclusion_fields(editions)))
    with stages.stage("episodes"):
        episodes = live_episodes(records, scopes)
        del records
    with stages.stage("spells"):
        episodes, spells = join_spells(episodes, editions)
    with stages.stage("prices"):
        spells = price(episodes, spells, editions, period)
        del episodes
    with stages.stage("attribution"):
        spells = attribute(spells, site, commissioner, period)
    with stages.stage("ledger"):
        opens = site.config.ledger.opens
        charges = spells[
            spells["responsible"]
            & spells["price_status"].isin(["priced", "local"])
            & (
                opens is None
                or spells["activity_month"] >= pd.Timestamp(f"{opens or '1900-01'}-01")
            )
        ]
        charges.to_parquet(into / "charges.parquet", index=False)
        posted = charges.groupby(["budget_holder", "pod"])["total_price"].sum()
        posted = posted[posted != 0]
    with stages.stage("position"):
        position = rules.position(site, commissioner, period, standing(charges, period))
    return {
        "charges": [[*key, int(amount)] for key, amount in sorted(posted.items())],
        "position": position,
    }


def land(feeds: Sequence[Path], into: Path, kept: Sequence[str]) -> tuple[Frame, Frame]:
    """Type, check and keep every record; give what is needed of the good ones, and of the others.

    The second frame holds the scopes of bulk replacements.
    """
    landed, scopes = [], []
    first = 0
    for number, feed in enumerate(feeds, start=1):
        header = rules.header(feed, number)
        text = read(feed, header)
        if len(text) != header.records:
            raise SystemExit(f"{feed.name}: the trailer says {header.records} records.")
        records = typed(text, header)
        records["landing_number"] = number
        records["record_id"] = np.arange(first, first + len(text))
        first += len(text)
        found = faults(text, records, header)
        records["is_good"] = ~records.index.isin(found.index)
        records.to_parquet(into / f"records_{number}.parquet", index=False)
        spoilt = text.loc[found.index].assign(faults=found, landing_number=number)
        spoilt.to_parquet(into / f"quarantine_{number}.parquet")
        landed.append(records[[*kept, "is_good"]])
        del text, records
        if header.is_bulk:
            scopes.append(
                {
                    "scope_number": number,
                    "landing_number": number,
                    "sender": header.sender,
                    "prime_recipient": header.prime_recipient,
                    "bulk_group": header.bulk_group,
                    "period_start": pd.Timestamp(header.period_start),
                    "period_end": pd.Timestamp(header.period_end),
                    "effective_time": pd.Timestamp(header.extracted),
                }
            )
    return pd.concat(landed, ignore_index=True), pd.DataFrame(scopes)


def read(feed: Path, header: rules.Header) -> Frame:
    """The records of a file, all as text, null for blank."""
    table = pyarrow.csv.read_csv(
        feed,
        read_options=pyarrow.csv.ReadOptions(
            column_names=["kind", *header.columns], skip_rows=2, block_size=1 << 24
        ),
        parse_options=pyarrow.csv.ParseOptions(
            newlines_in_values=False,
            invalid_row_handler=lambda row: "skip",  # the trailer
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=list(header.columns),
            column_types=dict.fromkeys(header.columns, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return table.to_pandas(types_mapper={pa.string(): TEXT}.get)


def typed(text: Frame, header: rules.Header) -> Frame:
    """The records with dates, whole numbers and organisation codes read; null for what is none."""
    records = text.copy(deep=False)
    for name in rules.DATES:
        records[name] = dates(text[name])
    for name in rules.WHOLE_NUMBERS:
        records[name] = by_value(text[name], rules.whole_number, "float64")
    records["prime_recipient"] = header.prime_recipient
    for name in rules.ORGANISATIONS:
        if name in text:
            records[name] = by_value(text[name], rules.organisation, TEXT)
    times = text["cds_applicable_datetime"]
    records["cds_applicable_datetime"] = pd.to_datetime(
        times.where(times.str.len() == 19), format=_TIME, errors="coerce"
    ).astype("datetime64[s]")
    records["sender"] = header.sender
    records["scope_number"] = header.scope_number or 0
    records["effective_time"] = (
        np.datetime64(header.extracted, "s")
        if header.is_bulk
        else records["cds_applicable_datetime"]
    )
    deletions = [
        code for code, kind in rules.codes("cds_update_type").items() if kind == "deletion"
    ]
    records["is_deletion"] = not header.is_bulk and text["cds_update_type"].isin(deletions)
    return records


def by_value(text: Column, convert: Callable[[str], Any], dtype: Any) -> Column:
    """Each distinct value converted once; null for null."""
    places, values = pd.factorize(text)
    known = pd.array([*(convert(value) for value in values), None], dtype=dtype)
    return pd.Series(known.take(places), index=text.index)


def dates(text: Column) -> Column:
    """Dates written YYYY-MM-DD; null for anything else."""
    places, values = pd.factorize(text)
    known = np.array([*map(rules.iso_date, values), None], dtype="datetime64[s]")
    return pd.Series(known[places], index=text.index)


def faults(text: Frame, records: Frame, header: rules.Header) -> Column:
    """What is wrong with each record that has anything wrong: rule:field, separated by ;"""
    found = []
    for name, wrong in checks(text, records, header):
        places = np.flatnonzero(wrong.fillna(False).to_numpy(dtype=bool))
        found.append(pd.Series(name, index=places))
    told = pd.concat(found) if found else pd.Series(dtype=object)
    return told.groupby(level=0).agg(";".join) if len(told) else pd.Series(dtype=object)


def checks(text: Frame, records: Frame, header: rules.Header) -> Iterator[tuple[str, Column]]:
    """Every rule that a record can break, by rule and field, with the records that break it."""
    active = ~records["is_deletion"]
    groups = by_value(text["cds_record_type"], rules.codes("cds_record_type").get, TEXT)
    bulk_groups = by_value(
        text["cds_record_type"], rules.codes("cds_record_type", "bulk_group").get, TEXT
    )
    # Of every record, a deletion too.
    for name in ("cds_unique_identifier", "cds_record_type", "cds_activity_date"):
        yield f"E01:{name}", text[name].isna()
    yield "E02:cds_unique_identifier", text["cds_unique_identifier"].str.len() > 35
    yield "E02:cds_activity_date", unread(text, records, "cds_activity_date")
    yield "E03:cds_record_type", text["cds_record_type"].notna() & groups.isna()
    if not header.is_bulk:
        for name in ("cds_update_type", "cds_applicable_datetime"):
            yield f"E01:{name}", text[name].isna()
        yield "E02:cds_applicable_datetime", unread(text, records, "cds_applicable_datetime")
        known = text["cds_update_type"].isin(list(rules.codes("cds_update_type")))
        yield "E03:cds_update_type", text["cds_update_type"].notna() & ~known
    # Of a record of activity.
    for name in rules.REQUIRED:
        yield f"E01:{name}", text[name].isna() & active
    yield (
        "E01:episode_end_date",
        text["episode_end_date"].isna() & (groups == "finished").fillna(False) & active,
    )
    for name in rules.DATES[1:]:
        yield f"E02:{name}", unread(text, records, name) & active
    yield (
        "E02:provider_code",
        text["provider_code"].notna()
        & ~by_value(text["provider_code"], is_provider, "bool").astype(bool)
        & active,
    )
    yield (
        "E02:provider_spell_number",
        (text["provider_spell_number"].str.len() > 12).fillna(False) & active,
    )
    number = records["episode_number"]
    yield "E02:episode_number", text["episode_number"].notna() & ~number.between(1, 87) & active
    for name in rules.WHOLE_NUMBERS[1:]:
        yield f"E02:{name}", text[name].notna() & ~(records[name] >= 0) & active
    for name, codes in (
        ("patient_classification", "patient_classification"),
        ("administrative_category", "administrative_category"),
        ("admission_method", "admission_method"),
    ):
        known = text[name].isin(list(rules.codes(codes)))
        yield f"E03:{name}", text[name].notna() & ~known & active
    admitted, discharged = records["admission_date"], records["discharge_date"]
    start, end = records["episode_start_date"], records["episode_end_date"]
    yield "E04:discharge_date", (discharged < admitted) & active
    yield "E04:episode_end_date", ((end < start) | (end > discharged)) & active
    yield "E04:episode_start_date", (start < admitted) & active
    born, activity = records["birth_date"], records["cds_activity_date"]
    too_old = np.datetime64("1880-01-01", "s")
    yield "E07:birth_date", ((born < too_old) | (born > admitted) | (born > activity)) & active
    if header.is_bulk:
        outside = (activity < pd.Timestamp(header.period_start)) | (
            activity > pd.Timestamp(header.period_end)
        )
        yield "E06:cds_activity_date", outside & active
        yield "E06:cds_record_type", (bulk_groups != header.bulk_group).fillna(False) & active
    key = records[["cds_unique_identifier", "effective_time"]]
    yield "E05:cds_unique_identifier", key.duplicated(keep="last") & key.notna().all(axis=1)


def unread(text: Frame, records: Frame, name: str) -> Column:
    """Which records have something in a field that could not be read."""
    return text[name].notna() & records[name].isna()


def is_provider(code: str) -> bool:
    """Three to six capitals and digits."""
    return 3 <= len(code) <= 6 and code.isascii() and code.isalnum() and code == code.upper()


def live_episodes(records: Frame, scopes: Frame) -> Frame:
    """The records of hospital care that are live: one for each identifier at most."""
    good = records[records["is_good"]]
    order = ["effective_time", "landing_number"]
    good = good.sort_values(order, kind="stable")
    last = good[~good["is_deletion"]].drop_duplicates("cds_unique_identifier", keep="last")
    deletions = good[good["is_deletion"]].drop_duplicates("cds_unique_identifier", keep="last")
    if len(deletions):
        later = last[["cds_unique_identifier", *order]].merge(
            deletions[["cds_unique_identifier", *order]], on="cds_unique_identifier"
        )
        same = later["effective_time_x"] == later["effective_time_y"]
        dead = (later["effective_time_x"] < later["effective_time_y"]) | (
            same & (later["landing_number_x"] < later["landing_number_y"])
        )
        last = last[~last["cds_unique_identifier"].isin(later["cds_unique_identifier"][dead])]
    groups = by_value(
        last["cds_record_type"], rules.codes("cds_record_type", "bulk_group").get, TEXT
    )
    replaced = pd.Series(False, index=last.index)
    for scope in scopes.itertuples():
        covered = (
            (last["effective_time"] < scope.effective_time)
            | (
                (last["effective_time"] == scope.effective_time)
                & (last["landing_number"] < scope.landing_number)
            )
        ) & last["cds_activity_date"].between(scope.period_start, scope.period_end)
        if covered.any():
            covered &= (last["sender"] == scope.sender) & (groups == scope.bulk_group)
            covered &= last["prime_recipient"] == scope.prime_recipient
            brought = records["cds_unique_identifier"][
                records["scope_number"] == scope.scope_number
            ]
            replaced |= covered & ~last["cds_unique_identifier"].isin(brought)
    kinds = by_value(last["cds_record_type"], rules.codes("cds_record_type").get, TEXT)
    return last[~replaced & (kinds == "finished").to_numpy(dtype=bool)]


def join_spells(episodes: Frame, editions: list[rules.Edition]) -> tuple[Frame, Frame]:
    """Episodes joined into spells, each with its point of delivery and its HRG.

    Both frames have `spell`, a number; the episodes stand in the order of their spells, and say
    with `exclusion` which rule of the edition takes them out first, counted from 0, or -1.
    """
    numbers = episodes.groupby(["provider_code", "provider_spell_number"], sort=False).ngroup()
    episodes = episodes.assign(spell=numbers.to_numpy()).sort_values(
        ["spell", "episode_start_date", "episode_number", "cds_unique_identifier"]
    )
    days = ["critical_care_days", "rehabilitation_days", "palliative_care_days"]
    paid_otherwise = episodes[days].fillna(0).sum(axis=1).groupby(episodes["spell"]).sum()
    spells = episodes.drop_duplicates("spell").set_index("spell")
    spells["discharge_date"] = episodes.groupby("spell")["discharge_date"].max()
    spells["episodes"] = episodes.groupby("spell").size()
    discharged, admitted = spells["discharge_date"], spells["admission_date"]
    spells["activity_month"] = (
        discharged.dt.to_period("M").dt.to_timestamp().astype("datetime64[s]")
    )
    spells["financial_year"] = discharged.dt.year - (discharged.dt.month < 4)
    spells["length_of_stay"] = (discharged - admitted).dt.days
    spells["adjusted_stay"] = (spells["length_of_stay"] - paid_otherwise).clip(lower=0)
    born = spells["birth_date"]
    spells["age"] = (
        admitted.dt.year
        - born.dt.year
        - (admitted.dt.month * 100 + admitted.dt.day < born.dt.month * 100 + born.dt.day)
    )
    types = rules.codes("admission_method")
    spells["admission_type"] = by_value(spells["admission_method"], types.get, TEXT)
    kinds = by_value(
        spells["patient_classification"], rules.codes("patient_classification").get, TEXT
    )
    is_elective = (spells["admission_type"] == "elective").to_numpy(dtype=bool)
    spells["pod"] = pd.Series(
        np.select(
            [
                ~is_elective,
                (kinds == "daycase").to_numpy(bool),
                (kinds == "regular").to_numpy(bool),
            ],
            ["non_elective", "daycase", "regular"],
            "elective",
        ),
        index=spells.index,
        dtype=TEXT,
    )
    names = {int(each.financial_year[:4]): each.name for each in editions}
    spells["edition"] = spells["financial_year"].map(names).astype(TEXT)
    episodes = episodes.join(spells[["edition", "pod"]], on="spell")
    episodes["exclusion"] = first_exclusion(episodes, editions)
    excluded = episodes["exclusion"] >= 0
    spells["all_excluded"] = excluded.groupby(episodes["spell"]).all()
    rule = episodes["exclusion"].where(excluded).groupby(episodes["spell"]).min()
    spells["exclusion"] = rule.fillna(-1).astype("int64")
    in_question = episodes[~excluded | episodes["spell"].map(spells["all_excluded"])]
    spells["hrg_code"] = spell_hrgs(in_question, editions)
    return episodes, spells


def first_exclusion(episodes: Frame, editions: list[rules.Edition]) -> Column:
    """The first rule of its edition that each episode meets, counted from 0; -1 for none."""
    found = pd.Series(-1, index=episodes.index)
    for edition in editions:
        own = (episodes["edition"] == edition.name).to_numpy(dtype=bool, na_value=False)
        if not own.any():
            continue
        exclusions = edition.tables.get("exclusions", [])
        for place, rule in reversed(list(enumerate(exclusions))):
            field, value = episodes[str(rule["field"])].astype(TEXT), str(rule["value"])
            if rule["match"] == "equals":
                met = field == value
            elif rule["match"] == "prefix":
                met = field.str.startswith(value)
            else:
                met = field.str.endswith(value)
            found[met.to_numpy(dtype=bool, na_value=False) & own] = place
    return found


def spell_hrgs(episodes: Frame, editions: list[rules.Edition]) -> Column:
    """The HRG of each spell: of the last episode that has a spell HRG, else of the dominant one."""
    given = episodes[["spell", "spell_hrg_code"]].dropna()
    given = given.drop_duplicates("spell", keep="last").set_index("spell")["spell_hrg_code"]
    rest = episodes[~episodes["spell"].isin(given.index)]
    rest = rest.assign(
        is_ungrouped=~(
            rest["hrg_code"].notna() & ~rest["hrg_code"].str.startswith("U").fillna(False)
        ),
        rank=procedure_ranks(rest[rest.duplicated("spell", keep=False)], editions),
        shortness=(rest["episode_start_date"] - rest["episode_end_date"]).dt.days,
    ).fillna({"rank": _LAST_RANK})
    # The episodes stand in the order that settles what is left equal.
    dominant = rest.sort_values(["spell", "is_ungrouped", "rank", "shortness"], kind="stable")
    dominant = dominant.drop_duplicates("spell").set_index("spell")["hrg_code"]
    return pd.concat([given, dominant])


def procedure_ranks(episodes: Frame, editions: list[rules.Edition]) -> Column:
    """The best rank of any procedure of each episode that has a ranked one."""
    ranks = {
        (edition.name, row["procedure_code"]): int(str(row["rank"]))
        for edition in editions
        for row in edition.tables.get("procedure_rank", [])
    }
    codes = pd.concat(
        [episodes["primary_procedure"], episodes["secondary_procedures"].str.split(";").explode()]
    ).dropna()
    named = codes.str.strip().to_frame("code").join(episodes["edition"]).dropna()
    found = pd.MultiIndex.from_frame(named[["edition", "code"]]).map(ranks)
    return pd.Series(found, index=named.index, dtype="float64").dropna().groupby(level=0).min()


def price(episodes: Frame, spells: Frame, editions: list[rules.Edition], period: Period) -> Frame:
    """The spells discharged by the period's end, priced, every component in pence."""
    spells = spells[spells["discharge_date"] <= pd.Timestamp(period.last_day)].copy()
    spells = with_tariff(spells, editions)
    spells["top_up_percent"] = top_up_percents(episodes, spells, editions)
    local = local_prices(spells, editions)
    hrg, pod = spells["hrg_code"], spells["pod"]
    is_grouped = hrg.notna() & ~hrg.str.startswith("U").fillna(False)
    spells["price_status"] = np.select(
        [
            pod == "regular",
            spells["all_excluded"] & local.isna(),
            spells["all_excluded"],
            ~is_grouped,
            spells["tariff_price"].notna(),
            local.notna(),
        ],
        ["excluded", "excluded", "local", "ungrouped", "priced", "local"],
        "no_tariff",
    )
    priced = (spells["price_status"] == "priced").to_numpy()
    base = whole(spells["tariff_price"], priced)
    spells["base_price"] = base + whole(local, (spells["price_status"] == "local").to_numpy())
    stay = spells["adjusted_stay"]
    is_short = (
        priced
        & (spells["admission_type"] == "emergency").to_numpy(dtype=bool)
        & (stay < 2).to_numpy(dtype=bool)
        & ~(spells["age"] < spells["short_stay_minimum_age"]).to_numpy(dtype=bool)
        & spells["short_stay_percent"].notna().to_numpy()
    )
    short = to_the_penny(base * whole(spells["short_stay_percent"], is_short), 100 * rules.PERCENT)
    spells["short_stay_adjustment"] = np.where(is_short, short - base, 0)
    over = (stay - spells["trim_point"]).clip(lower=0)
    spells["excess_days"] = whole(over, priced)
    spells["excess_day_payment"] = spells["excess_days"] * whole(spells["excess_day_price"], priced)
    after_short_stay = base + spells["short_stay_adjustment"]
    spells["top_up_payment"] = to_the_penny(
        after_short_stay * whole(spells["top_up_percent"], priced), 100 * rules.PERCENT
    )
    so_far = after_short_stay + spells["excess_day_payment"] + spells["top_up_payment"]
    index = whole(spells["market_forces_index"].fillna(rules.INDEX), priced) - rules.INDEX * priced
    spells["market_forces_payment"] = to_the_penny(so_far * index, rules.INDEX)
    spells["total_price"] = spells[
        [
            "base_price",
            "short_stay_adjustment",
            "excess_day_payment",
            "top_up_payment",
            "market_forces_payment",
        ]
    ].sum(axis=1)
    return spells


def whole(numbers: Column, where: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Whole numbers where they count, and 0 elsewhere and for none."""
    return np.where(where, numbers.fillna(0).to_numpy(dtype="int64"), 0)


def to_the_penny(amount: Any, one: int) -> Any:
    """amount / one, rounded half away from zero."""
    return np.sign(amount) * ((2 * np.abs(amount) + one) // (2 * one))


def with_tariff(spells: Frame, editions: list[rules.Edition]) -> Frame:
    """The spells with what their edition says of their HRG and POD, and of their provider."""
    tariff = pd.DataFrame(
        [(each.name, *row) for each in editions for row in rules.tariff_rows(each)],
        columns=[
            *("edition", "hrg_code", "pod", "tariff_price", "trim_point", "excess_day_price"),
            "short_stay_percent",
        ],
    ).astype({"edition": TEXT, "hrg_code": TEXT, "pod": TEXT})
    general = pd.DataFrame(
        [(each.name, each.short_stay_minimum_age) for each in editions],
        columns=["edition", "short_stay_minimum_age"],
    ).astype({"edition": TEXT})
    forces = pd.DataFrame(
        [
            (each.name, row["provider_code"], rules.scaled(row["index"], rules.INDEX))
            for each in editions
            if each.market_forces_in_price
            for row in each.tables.get("market_forces", [])
        ],
        columns=["edition", "provider_code", "market_forces_index"],
    ).astype({"edition": TEXT, "provider_code": TEXT})
    number = spells.index
    spells = spells.merge(tariff, on=["edition", "hrg_code", "pod"], how="left")
    spells = spells.merge(general, on="edition", how="left")
    spells = spells.merge(forces, on=["edition", "provider_code"], how="left")
    return spells.set_index(number)


def local_prices(spells: Frame, editions: list[rules.Edition]) -> Column:
    """The most specific local price of each spell that has one."""
    price = pd.Series(np.nan, index=spells.index)
    for edition in editions:
        # The least specific first, so that a more specific one takes its place.
        listed = sorted(
            edition.tables.get("local_prices", []),
            key=lambda row: (row["provider_code"] is not None) * 2 + (row["pod"] is not None),
        )
        codes = [row["hrg_code"] for row in listed]
        own = spells[(spells["edition"] == edition.name) & spells["hrg_code"].isin(codes)]
        for row in listed:
            met = own["hrg_code"] == row["hrg_code"]
            for name in ("provider_code", "pod"):
                if row[name] is not None:
                    met &= own[name] == row[name]
            days = own["length_of_stay"][met].clip(lower=1) if row["per"] == "day" else 1
            price[own.index[met]] = days * (rules.pence(row["price"]) or 0)
    return price


def top_up_percents(episodes: Frame, spells: Frame, editions: list[rules.Edition]) -> Column:
    """The highest top-up that each spell qualifies for by an episode that is not excluded."""
    percent = pd.Series(0, index=spells.index)
    included = episodes[(episodes["exclusion"] < 0) & episodes["spell"].isin(spells.index)]
    listed = {
        "diagnosis": code_list(included["primary_diagnosis"], included["secondary_diagnoses"]),
        "procedure": code_list(included["primary_procedure"], included["secondary_procedures"]),
    }
    for edition in editions:
        for row in edition.tables.get("top_ups", []):
            rate = rules.scaled(row["rate_percent"], rules.PERCENT) or 0
            providers = [
                each["provider_code"]
                for each in edition.tables.get("top_up_providers", [])
                if each["service"] == row["service"]
            ]
            met = listed[str(row["field"])].str.contains(f";{row['value']}", regex=False)
            own = included["spell"][met].unique()
            found = spells.loc[own]
            found = found[
                (found["edition"] == edition.name) & found["provider_code"].isin(providers)
            ]
            if row["minimum_age"] is not None:
                found = found[found["age"] >= int(row["minimum_age"])]
            if row["maximum_age"] is not None:
                found = found[found["age"] <= int(row["maximum_age"])]
            percent[found.index] = percent[found.index].clip(lower=rate)
    return percent


def code_list(primary: Column, secondary: Column) -> Column:
    """All codes of an episode in one text, a ; before each."""
    return ";" + primary.fillna("") + ";" + secondary.fillna("")


def attribute(spells: Frame, site: Site, commissioner: str, period: Period) -> Frame:
    """The spells with the practice that answers for each, and its budget holder."""
    on = "admission_date"
    submitted = spells["gp_practice_code"]
    submitted = submitted.mask(submitted.isin(list(rules.codes("default_practice"))))
    practices = table(site, "practices", "open_date", "close_date").set_index("practice_code")
    opened = submitted.map(practices["open_date"])
    closed = submitted.map(practices["close_date"])
    is_open = submitted.isin(practices.index) & ~(opened > spells[on]) & ~(closed < spells[on])
    numbers = valid_numbers(spells["nhs_number"])
    asked = pd.DataFrame(
        {"spell": spells.index, "nhs_number": numbers.to_numpy(), on: spells[on].to_numpy()}
    )
    registered = claim(
        asked[asked["nhs_number"] > 0], registrations(site), "nhs_number", before_end=True
    )
    rest = ~spells.index.isin(registered.index) & ~is_open
    asked = spells.loc[rest, ["gmp_code", on]].rename_axis("spell").reset_index()
    gps = claim(asked.dropna(), table(site, "gps", "start_date", "end_date"), "gmp_code")
    is_resident = (spells["residence_commissioner"] == commissioner).to_numpy(bool, na_value=False)
    spells["practice_code"] = (
        pd.Series(registered, dtype=TEXT)
        .reindex(spells.index)
        .fillna(submitted.where(is_open))
        .fillna(gps.reindex(spells.index))
    )
    nobody = spells["practice_code"].isna().to_numpy()
    spells.loc[nobody & is_resident, "practice_code"] = rules.RESIDENT
    memberships = table(site, "memberships", "start_date", "end_date")
    ours = memberships[memberships["commissioner_code"] == commissioner]
    asked = spells[["practice_code", on]].rename_axis("spell").reset_index()
    member = asked.merge(ours, on="practice_code")
    member = member[(member[on] >= member["start_date"]) & ~(member["end_date"] < member[on])]
    spells["responsible"] = spells.index.isin(member["spell"]) | (
        (spells["practice_code"] == rules.RESIDENT).to_numpy(bool, na_value=False)
    )
    holders = pd.DataFrame(
        [
            (practice, int(year[:4]), holder)
            for (practice, year), holder in rules.holders(site, period).items()
        ],
        columns=["practice_code", "financial_year", "budget_holder"],
    ).astype({"practice_code": TEXT, "financial_year": spells["financial_year"].dtype})
    number = spells.index
    spells = spells.merge(holders, on=["practice_code", "financial_year"], how="left")
    spells["budget_holder"] = spells["budget_holder"].fillna(spells["practice_code"])
    return spells.set_index(number)


def table(site: Site, name: str, *dates_of: str) -> Frame:
    """A reference file, with these columns as dates."""
    found = pd.read_csv(site.reference / f"{name}.csv", dtype=TEXT)
    for column in dates_of:
        found[column] = dates(found[column])
    return found


def registrations(site: Site) -> Frame:
    """The list of registrations, NHS numbers as numbers."""
    types = {"nhs_number": pa.int64(), "practice_code": pa.dictionary(pa.int32(), pa.string())}
    types |= dict.fromkeys(("start_date", "end_date"), pa.timestamp("s"))
    found = pyarrow.csv.read_csv(
        site.reference / "registrations.csv",
        convert_options=pyarrow.csv.ConvertOptions(column_types=types),
    ).to_pandas()
    return found


def claim(asked: Frame, listed: Frame, key: str, *, before_end: bool = False) -> Column:
    """The practice with the latest start, then the lowest code, of each spell's key on its day."""
    found = asked.merge(listed, on=key)
    day, end = found["admission_date"], found["end_date"]
    ended = end <= day if before_end else end < day
    found = found[(found["start_date"] <= day) & ~ended]
    found["practice_code"] = found["practice_code"].astype(TEXT)
    found = found.sort_values(["start_date", "practice_code"], ascending=[False, True])
    return found.drop_duplicates("spell").set_index("spell")["practice_code"]


def valid_numbers(text: Column) -> Column:
    """NHS numbers as numbers, 0 for what is none: ten digits, the last by modulus 11."""
    has_digits = text.str.fullmatch("[0-9]{10}").fillna(False)
    numbers = text.where(has_digits, "0").astype("int64")
    digits = [numbers // 10 ** (9 - place) % 10 for place in range(10)]
    weighted = sum((10 - place) * digit for place, digit in enumerate(digits[:9]))
    is_valid = ((11 - weighted % 11) % 11 == digits[9]) & (numbers % 1_111_111_111 != 0)
    return numbers.where(is_valid, 0)


def standing(charges: Frame, period: Period) -> dict[tuple[str, str], rules.Standing]:
    """What stands for each practice and POD, of the month and of the year so far."""
    this_year = charges[charges["financial_year"] == int(period.financial_year[:4])]
    is_month = this_year["activity_month"] == pd.Timestamp(period.first_day)
    key = ["budget_holder", "pod"]
    year = this_year.groupby(key)["total_price"].agg(["size", "sum"])
    month = this_year[is_month].groupby(key)["total_price"].agg(["size", "sum"])
    month = month.reindex(year.index, fill_value=0)
    return {
        (str(holder), str(pod)): rules.Standing(*map(int, figures))
        for (holder, pod), figures in zip(
            year.index, np.hstack([month.to_numpy(), year.to_numpy()]), strict=True
        )
    }


if __name__ == "__main__":
    main()
