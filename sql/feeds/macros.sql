-- How the flat file and SUS write dates, times and critical care, brought to the canonical form.
-- What is no date stays as it was submitted: the landing finds it so, and keeps it.

-- CCYYMMDD as YYYY-MM-DD.
create or replace temp macro dashed(field) as
concat(left(field, 4), '-', substr(field, 5, 2), '-', substr(field, 7, 2));

create or replace temp macro date_of_digits(field) as
case
    when length(field) = 8 and try_cast(dashed(field) as date) is not null then dashed(field)
    else field
end;

-- CCYYMMDDHHMMSS as YYYY-MM-DDTHH:MM:SS.
create or replace temp macro datetime_of_digits(field) as
case
    when length(field) = 14 and try_cast(dashed(field) as date) is not null
        then
            concat(
                dashed(field), 'T', substr(field, 9, 2), ':', substr(field, 11, 2), ':',
                substr(field, 13, 2)
            )
    else field
end;

-- A date and a time, each with or without its marks, and with no or any number of zero decimals.
create or replace temp macro datetime_of_extract(field) as
regexp_replace(
    field,
    '^(\d{4})-?(\d{2})-?(\d{2})[T ]?(\d{2}):?(\d{2}):?(\d{2})(\.0+)?$',
    '\1-\2-\3T\4:\5:\6'
);

-- The days of a record's critical care periods, each from its start to its discharge, summed; null
-- without any. A period without one of its dates has no days. Where a date is none, or a discharge
-- comes before its start, the dates themselves, which are no whole number and are found so.
create or replace temp macro critical_care_days(starts, discharges) as
case
    when
        len(
            list_filter(
                list_zip(starts, discharges),
                lambda period: (period[1] is not null and iso_date(period[1]) is null)
                or (period[2] is not null and iso_date(period[2]) is null)
                or iso_date(period[2]) < iso_date(period[1])
            )
        ) > 0
        then array_to_string(list_concat(starts, discharges), '/')
    else
        cast(
            list_sum(
                list_transform(
                    list_zip(starts, discharges),
                    lambda period: date_diff('day', iso_date(period[1]), iso_date(period[2]))
                )
            ) as varchar
        )
end;
