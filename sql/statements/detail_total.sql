-- How many rows each detail file and each of its sheets has, and what they add up to.
--
-- Grain: one row per budget holder.
-- Inputs: listed_posting, not_charged_spell.
with posted as (
    select
        budget_holder as practice_code,
        count(*) filter (where is_on_charges or is_on_year_to_date) as posted_rows,
        count(*) filter (where is_on_charges) as charges_rows,
        coalesce(sum(amount) filter (where is_on_charges), 0) as charges_amount,
        count(*) filter (where is_on_year_to_date) as year_to_date_rows,
        coalesce(sum(amount) filter (where is_on_year_to_date), 0) as year_to_date_amount,
    from listed_posting
    group by budget_holder
),

not_charged as (
    select
        holder as practice_code,
        count(*) as not_charged_rows,
    from not_charged_spell
    group by holder
)

select
    practice_code,
    coalesce(posted.posted_rows, 0) + coalesce(not_charged.not_charged_rows, 0) as file_rows,
    coalesce(posted.charges_rows, 0) as charges_rows,
    coalesce(posted.charges_amount, 0) as charges_amount,
    coalesce(posted.year_to_date_rows, 0) as year_to_date_rows,
    coalesce(posted.year_to_date_amount, 0) as year_to_date_amount,
    coalesce(not_charged.not_charged_rows, 0) as not_charged_rows,
from posted
full join not_charged using (practice_code)
order by practice_code
