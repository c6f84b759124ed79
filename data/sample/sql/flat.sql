-- Purpose: fields of fixed width, for the flat form.

-- A value in so many characters, spaces after it; none is all spaces.
create or replace macro slot(value, width) as
rpad(left(coalesce(value::text, ''), width), width, ' ');

-- A day as CCYYMMDD, from a date, a date-time or text that starts with one.
create or replace macro flat_day(value) as slot(replace(left(value::text, 10), '-', ''), 8);

-- The time of a date-time as HHMMSS.
create or replace macro flat_time(value) as slot(strftime(value::timestamp, '%H%M%S'), 6);
