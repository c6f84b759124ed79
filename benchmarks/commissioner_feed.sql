-- Purpose: one commissioner's records of a feed that is parted among several.
-- Grain: one row per record, in the order of the feed.
-- Inputs: feed, practice_commissioner; the variables place, commissioner and commissioners.
--
-- A record goes where the practice that it names belongs; where it names none that is known, by
-- its spell, so that a spell stays whole.
select
    feed.* exclude (feed_place) replace (
        case
            when feed.residence_commissioner in ('5XA', '5XA00') then getvariable('commissioner')
            else feed.residence_commissioner
        end as residence_commissioner
    )
from feed
left join practice_commissioner on feed.gp_practice_code = practice_commissioner.practice_code
where
    coalesce(
        practice_commissioner.place,
        cast(right(feed.provider_spell_number, 2) as integer) % getvariable('commissioners')
    ) = getvariable('place')
order by feed.feed_place
