-- Schema version 1: every table that outlives a close.
-- What a close derives anew (spell, priced_spell, ...) is made by its own stage's files.

create table schema_version (
    version integer not null
);

-- One row per file landed. `landing_number` counts from 1 in order of landing; nothing is ever
-- taken away, so the greatest one is the high-water mark of a close.
create table interchange (
    landing_number integer primary key,
    content_sha256 varchar not null unique, -- of the content, decompressed
    file_name varchar not null,
    format varchar not null, -- nwcs, cds62, sus or grouper
    interchange_id varchar not null,
    sender varchar not null,
    prime_recipient varchar,
    protocol varchar, -- 010 net change, 020 bulk replacement; null for grouper results
    period_start date, -- of the bulk replacement; of several scopes the earliest
    period_end date,
    extract_datetime timestamp,
    declared_records bigint, -- the trailer's count; null where the format declares none
    records bigint not null,
    passed_over bigint not null, -- records of other data sets, and lines of types not used
    first_record bigint not null, -- record_id of its first record
    unique (sender, interchange_id)
);

-- One row per set of records that one bulk replacement replaces.
create table scope (
    scope_number integer primary key,
    landing_number integer not null,
    sender varchar not null,
    prime_recipient varchar not null,
    bulk_group varchar not null,
    period_start date not null,
    period_end date not null,
    effective_time timestamp not null
);

-- One row per record submitted, in order of landing: the log. Never updated, never deleted from,
-- so that a row's place in it (DuckDB's rowid, here called record_id) is its identity for good.
create table record (
    landing_number integer not null,
    file_line bigint, -- where the format does not let it follow from the record's place
    scope_number integer,
    sender varchar not null,
    effective_time timestamp,
    cds_unique_identifier varchar,
    cds_record_type varchar,
    cds_update_type varchar,
    cds_applicable_datetime timestamp,
    cds_activity_date date,
    prime_recipient varchar,
    nhs_number varchar,
    nhs_number_status varchar,
    local_patient_identifier varchar,
    birth_date date,
    sex varchar,
    postcode varchar,
    residence_commissioner varchar,
    gp_practice_code varchar,
    gmp_code varchar,
    referrer_code varchar,
    provider_code varchar,
    commissioner_code varchar,
    commissioning_serial_number varchar,
    provider_spell_number varchar,
    episode_number integer,
    last_episode_in_spell varchar,
    patient_classification varchar,
    administrative_category varchar,
    admission_method varchar,
    source_of_admission varchar,
    admission_date date,
    discharge_date date,
    discharge_method varchar,
    discharge_destination varchar,
    episode_start_date date,
    episode_end_date date,
    intended_management varchar,
    main_specialty varchar,
    treatment_function varchar,
    consultant_code varchar,
    primary_diagnosis varchar,
    secondary_diagnoses varchar,
    primary_procedure varchar,
    secondary_procedures varchar,
    hrg_code varchar,
    hrg_version varchar,
    spell_hrg_code varchar,
    critical_care_days integer,
    rehabilitation_days integer,
    palliative_care_days integer,
    as_submitted varchar, -- field=text, where the text is not just what the typed value says
    faults varchar -- rule:field, separated by ; (E05, which needs the whole file, is not here)
);

-- One row per quarantined record.
create table quarantine (
    record_id bigint primary key,
    landing_number integer not null,
    faults varchar not null, -- rule:field, separated by ;
    rules varchar not null, -- separated by ;
    fields varchar not null -- separated by ;
);

-- One row per result of the HRG grouper.
create table grouper_result (
    landing_number integer not null,
    provider_code varchar not null,
    provider_spell_number varchar not null,
    episode_number integer not null,
    hrg_code varchar,
    hrg_version varchar,
    spell_hrg_code varchar
);

-- Reference files and settings as closes read them, once per content.
create table reference_content (
    sha256 varchar not null,
    part integer not null,
    size integer not null, -- bytes of the part
    content blob not null, -- compressed by zstd
    primary key (sha256, part)
);

-- One row per close: a period, and for what was issued and revised, each revision of it.
create table close (
    close_number integer primary key, -- in order of period and revision
    period date not null, -- the month's first day
    revision integer not null,
    high_water integer not null, -- the last landing_number that it read
    software_version varchar not null,
    stage varchar not null, -- the last stage completed
    unique (period, revision)
);

create table close_reference (
    close_number integer not null,
    path varchar not null,
    sha256 varchar not null,
    primary key (close_number, path)
);

-- One row per version of a spell's charge, with the closes in which it stood: from_close to the
-- one before to_close. A spell that is not posted has its versions too.
create table charge (
    charge_number bigint not null, -- charge_number_of; an index would cost more than the rows
    from_close integer not null,
    to_close integer,
    spell_id varchar not null,
    provider_code varchar not null,
    provider_spell_number varchar not null,
    first_record bigint not null, -- the record that patient and admission come from
    last_record bigint not null, -- the record that discharge comes from
    nhs_number varchar,
    episodes integer not null,
    admission_date date not null,
    discharge_date date not null,
    activity_month date not null,
    pod varchar not null,
    admission_type varchar not null,
    hrg_code varchar,
    length_of_stay integer not null,
    adjusted_length_of_stay integer not null,
    age integer,
    price_status varchar not null,
    exclusion_reason varchar,
    tariff_edition varchar,
    base_price decimal(18, 2) not null,
    short_stay_adjustment decimal(18, 2) not null,
    excess_days integer not null,
    excess_day_payment decimal(18, 2) not null,
    top_up_service varchar,
    top_up_payment decimal(18, 2) not null,
    market_forces_payment decimal(18, 2) not null,
    total_price decimal(18, 2) not null,
    attribution_basis varchar not null,
    submitted_practice_code varchar,
    practice_code varchar,
    responsible boolean not null,
    not_responsible_reason varchar,
    budget_holder varchar
);

-- One row per signed entry of the ledger. Never changed once its period is issued.
create table posting (
    close_number integer not null,
    kind varchar not null, -- charge or credit
    reason varchar not null,
    spell_id varchar not null,
    charge_number bigint not null, -- the version charged, or for a credit the version it reverses
    budget_holder varchar not null,
    activity_month date not null,
    pod varchar not null,
    hrg_code varchar,
    amount decimal(18, 2) not null,
    charge_reference varchar not null
);

-- One row per financial year, practice and point of delivery, as each close read it.
create table budget (
    close_number integer not null,
    financial_year varchar not null,
    practice_code varchar not null,
    pod varchar not null,
    base_amount decimal(18, 2),
    uplift decimal(18, 2),
    adjustment decimal(18, 2),
    contingency decimal(18, 2),
    annual_amount decimal(18, 2) not null,
    status varchar not null,
    method varchar,
    base_years varchar
);

-- One row per practice and point of delivery, with a total, of each close.
create table position (
    close_number integer not null,
    practice_code varchar not null,
    pod varchar not null,
    month_spells bigint not null,
    month_actual decimal(18, 2) not null,
    month_budget decimal(18, 2),
    adjustments decimal(18, 2) not null,
    ytd_spells bigint not null,
    ytd_actual decimal(18, 2) not null,
    ytd_budget decimal(18, 2),
    variance decimal(18, 2),
    variance_percent decimal(18, 2),
    annual_budget decimal(18, 2),
    forecast decimal(18, 2),
    forecast_low decimal(18, 2),
    forecast_high decimal(18, 2),
    prior_year_adjustments decimal(18, 2) not null
);

-- One row per statement made: its number is fixed from then on.
create table statement (
    close_number integer not null,
    practice_code varchar not null,
    statement_number varchar not null,
    closing boolean not null, -- the one closing statement of a practice that merged away
    primary key (close_number, practice_code)
);

insert into schema_version values (1);
