-- What this period posted, all its revisions.
--
-- Grain: one row per posting.
-- Inputs: posting, close, excluded_scope.
create or replace temp view period_posting as
select
    posting.*,
    posting.activity_month >= getvariable('year_start') as is_this_year,
    posting.activity_month < getvariable('period') as is_earlier_month,
    excluded_scope.pod is not null as is_excluded,
from posting
left join excluded_scope
    on
        financial_year_begins(posting.activity_month) = excluded_scope.year_begins
        and posting.budget_holder = excluded_scope.practice_code
        and posting.pod = excluded_scope.pod
where
    posting.close_number in (
        select close.close_number
        from close
        where
            close.period = getvariable('period')
            and close.close_number <= getvariable('close_number')
    );

-- How many spells postings of the period are of. A spell is new or late once, whatever becomes of
-- it later: only of the other postings, which are few, several can be of one spell.
create or replace temp macro spells_posted(spell_id, reason) as
count(*) filter (where reason in ('new', 'late'))
+ count(distinct spell_id) filter (where reason not in ('new', 'late'));
