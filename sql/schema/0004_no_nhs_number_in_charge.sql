-- Schema version 4: a charge leaves the NHS number to the log, where its first record has it.
alter table charge drop column nhs_number;
