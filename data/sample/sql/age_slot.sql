-- Purpose: the ages and sexes of a hundred people, in the proportions of an English seaside
--   district. A person's number modulo 100 says which of the hundred the person is like.
-- Grain: one row per slot, 0 to 99.
-- Inputs: age_bands.csv of the catalogue.
create or replace table age_slot as
with heads as (
    select
        band,
        minimum_age,
        maximum_age,
        1 as sex,
        unnest(range(males)) as head
    from age_bands
    union all
    select
        band,
        minimum_age,
        maximum_age,
        2 as sex,
        unnest(range(females)) as head
    from age_bands
)

select
    band,
    minimum_age,
    maximum_age,
    sex,
    row_number() over (order by minimum_age, sex, head) - 1 as age_slot
from heads;
