-- Purpose: tariff.csv of an edition in the shape of HRG v3.5: the catalogue's prices, moved by
--   so many in a thousand and rounded to the pound. HRGs without any price are left out.
-- Grain: one row per HRG.
-- Inputs: hrgs.csv of the catalogue, the variables price_level and stay_level (thousandths).
select
    hrg_code,
    hrg_name,
    (elective_price * getvariable('price_level') + 500) // 1000 as elective_price,
    (daycase_price * getvariable('price_level') + 500) // 1000 as daycase_price,
    (non_elective_price * getvariable('price_level') + 500) // 1000 as non_elective_price,
    elective_trim_point,
    non_elective_trim_point,
    (excess_day_price * getvariable('stay_level') + 500) // 1000 as excess_day_price,
    short_stay_percent
from hrgs
where coalesce(elective_price, daycase_price, non_elective_price) is not null
order by hrg_code;
