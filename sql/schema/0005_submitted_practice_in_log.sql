-- Schema version 5: a charge leaves the practice as submitted to the log, too: its first record's.
alter table charge drop column submitted_practice_code;
