-- The charges as they are now, worked out once for all that compares and posts them.
--
-- Grain: one row per spell.
-- Inputs: current_charge.
create or replace temp table charge_now as
select *
from current_charge;
