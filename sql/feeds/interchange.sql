-- What a file says of itself as a whole: what all its records say alike, and of what they do not
-- the first sender, the whole of the periods, the latest extract.
--
-- Grain: one row.
-- Inputs: feed_scope.
select
    arg_min(sender, first_line) as sender,
    if(count(distinct prime_recipient) = 1, min(prime_recipient), null) as prime_recipient,
    if(count(distinct protocol) = 1, min(protocol), null) as protocol,
    min(covered_from) as period_start,
    max(covered_to) as period_end,
    max(effective_time) as extract_datetime,
from feed_scope
