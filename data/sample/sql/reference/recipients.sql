-- Purpose: recipients.csv: where a practice's statement goes. Every address is under the
--   reserved domain .example. One recipient's time is over, and one address is in a domain that
--   the site does not allow: both must get nothing.
-- Grain: one row per practice and recipient.
-- Inputs: practice.
select
    practice_code,
    concat('manager@', lower(practice_code), '.mail.example') as email,
    'practice manager' as role,
    date '2004-04-01' as valid_from,
    close_date + 92 as valid_to
from practice
union all
select
    practice_code,
    concat('lead.gp@', lower(practice_code), '.mail.example') as email,
    'lead GP' as role,
    date '2004-04-01' as valid_from,
    if(practice = 5, date '2004-06-30', null) as valid_to
from practice
where practice % 4 = 1
union all
select
    practice_code,
    'thornacre.office@freemail.example' as email,
    'office' as role,
    date '2004-04-01' as valid_from,
    null as valid_to
from practice
where practice = 9
order by practice_code, email;
