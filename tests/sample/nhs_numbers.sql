-- Purpose: NHS numbers of people spread over two million.
-- Grain: one row per person.
-- Inputs: the generator's macros.
with people as (
    select nhs_place(numbers.number * 10) as place
    from range(200000) as numbers (number)
)

select
    nhs_text(nhs_body(place), nhs_sum(nhs_body(place)), nhs_ninth(nhs_sum(nhs_body(place)), place))
from people;
