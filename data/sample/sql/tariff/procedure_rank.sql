-- Purpose: procedure_rank.csv of an edition: the dearer the HRG that a procedure leads to, the
--   more dominant it is.
-- Grain: one row per procedure.
-- Inputs: hrgs.csv of the catalogue.
with procedures as (
    select
        unnest(string_split(procedures, ';')) as procedure_code,
        coalesce(elective_price, non_elective_price, 0) as price
    from hrgs
    where procedures is not null
)

select
    procedure_code,
    row_number() over (order by max(price) desc, procedure_code) as rank
from procedures
group by procedure_code
order by rank;
