-- Schema version 6: what the design has a closed list of is kept as ENUM, a byte a row, which
-- is written and sorted in less time than a text; and nothing else can stand in the ledger.
--
-- Values stand in the order of their texts, so that they sort like these.
create type record_fate as enum('deleted', 'live', 'replaced');
create type record_group as enum('finished', 'other', 'unfinished');
create type point_of_delivery as enum('daycase', 'elective', 'non_elective', 'regular');
create type admission_type as enum('elective', 'emergency', 'maternity', 'other');
create type price_status as enum('excluded', 'local', 'no_tariff', 'priced', 'ungrouped');
create type attribution_basis as enum(
    'none', 'registration', 'resident', 'submitted_gp', 'submitted_practice'
);
create type posting_kind as enum('charge', 'credit');
create type posting_reason as enum(
    'amended', 'late', 'moved', 'new', 'repriced', 'restored', 'withdrawn'
);

alter table charge alter column pod type point_of_delivery;
alter table charge alter column admission_type type admission_type;
alter table charge alter column price_status type price_status;
alter table charge alter column attribution_basis type attribution_basis;
alter table posting alter column kind type posting_kind;
alter table posting alter column reason type posting_reason;
alter table posting alter column pod type point_of_delivery;
