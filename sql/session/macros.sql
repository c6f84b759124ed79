-- How a field's text is read. A value is taken only when it says exactly what was written, so
-- that nothing is guessed and nothing is lost: whatever fails stays beside it as submitted.

-- A date written YYYY-MM-DD; null for anything else, however nearly a date. Years before 1 and
-- after 9999 are written longer.
create or replace temp macro iso_date(field) as
case
    when
        cast(try_cast(field as date) as varchar) = field
        and try_cast(field as date) between date '0001-01-01' and date '9999-12-31'
        then try_cast(field as date)
end;

-- A date-time written YYYY-MM-DDTHH:MM:SS.
create or replace temp macro iso_datetime(field) as
case
    when
        length(field) = 19
        and strftime(try_cast(field as timestamp), '%Y-%m-%dT%H:%M:%S') = field
        then try_cast(field as timestamp)
end;

-- A whole number written in digits, with or without leading zeros.
create or replace temp macro whole_number(field) as
case
    when cast(try_cast(field as integer) as varchar) = field then try_cast(field as integer)
    when regexp_full_match(field, '[0-9]{1,9}') then try_cast(field as integer)
end;

-- An organisation's code without the 00 that makes a trust's three characters five.
create or replace temp macro organisation_code(field) as
case
    when length(field) = 5 and suffix(field, '00') then left(field, 3)
    else field
end;

-- A valid NHS number: ten digits, not all the same, with the check digit of modulus 11
-- (NHS Data Dictionary, NHS NUMBER): the digits times 10, 9, ... 2 and the check digit together
-- are a multiple of 11. The list of one is there to read the number once.
create or replace temp macro nhs_number_is_valid(field) as
coalesce(
    regexp_full_match(field, '[0-9]{10}')
    and list_transform(
        [try_cast(field as bigint)],
        lambda number: number % 1111111111 <> 0
        and (
            10 * (number // 1000000000)
            + 9 * (number // 100000000 % 10)
            + 8 * (number // 10000000 % 10)
            + 7 * (number // 1000000 % 10)
            + 6 * (number // 100000 % 10)
            + 5 * (number // 10000 % 10)
            + 4 * (number // 1000 % 10)
            + 3 * (number // 100 % 10)
            + 2 * (number // 10 % 10)
            + number % 10
        ) % 11 = 0
    )[1],
    false
);

-- Half away from zero, to the penny: what DuckDB's round() does to a DECIMAL.
create or replace temp macro to_the_penny(amount) as cast(round(amount, 2) as decimal(18, 2));

-- The calendar year in which the financial year begins, April to March, that a day falls in.
create or replace temp macro financial_year_begins(day) as year(day - interval 3 month);

-- The financial year that a day falls in, written 2004/05.
create or replace temp macro financial_year(day) as
cast(financial_year_begins(day) as varchar)
|| '/'
|| lpad(cast((financial_year_begins(day) + 1) % 100 as varchar), 2, '0');

-- amount x numerator / denominator, rounded half away from zero to the penny, without a float on
-- the way: DECIMAL division would give one.
create or replace temp macro share_of_amount(amount, numerator, denominator) as
cast(
    cast(
        sign(amount)
        * (
            (2 * cast(abs(amount) * 100 as hugeint) * numerator + denominator)
            // (2 * denominator)
        ) as decimal(18, 0)
    ) * 0.01 as decimal(18, 2)
);

-- 100 x part / whole, rounded half away from zero to two decimals; null where the whole is 0.
create or replace temp macro percent_of(part, whole) as
if(
    whole = 0,
    null,
    cast(
        cast(
            sign(part) * sign(whole)
            * (
                (20000 * cast(abs(part) * 100 as hugeint) + cast(abs(whole) * 100 as hugeint))
                // (2 * greatest(cast(abs(whole) * 100 as hugeint), 1))
            ) as decimal(18, 0)
        ) * 0.01 as decimal(18, 2)
    )
);

-- An amount in pence, and back: what is split or compared exactly is whole numbers.
create or replace temp macro pence(amount) as cast(amount * 100 as hugeint);
create or replace temp macro pounds(pence) as
cast(cast(pence as decimal(18, 0)) * 0.01 as decimal(18, 2));

-- A rate or a list's size of at most eight decimals as a whole number, a hundred million to one.
create or replace temp macro scaled(rate) as
cast(cast(rate as decimal(28, 8)) * 100000000 as hugeint);

-- numerator / denominator (above 0), rounded half away from zero to a whole number.
create or replace temp macro nearest(numerator, denominator) as
sign(numerator) * ((2 * abs(numerator) + denominator) // (2 * denominator));

-- What names a spell: its provider and its provider spell number; and the number, out of it.
create or replace temp macro spell_id_of(provider_code, provider_spell_number) as
provider_code || '-' || provider_spell_number;
create or replace temp macro spell_number_of(spell_id, provider_code) as
substr(spell_id, length(provider_code) + 2);

-- The number of a version of a charge: no other version that a close begins is of the same first
-- record, but for the one that it begins and ends where a frozen charge moves (`moved` is 1). So
-- versions are numbered without being counted, and written side by side.
create or replace temp macro charge_number_of(close_number, first_record, moved) as
(cast(close_number as bigint) << 40) + (first_record << 1) + moved;
