-- Schema version 3: a posting keeps the parts of its charge reference; the text is made of them.
-- A posting without a close, which there cannot be, would stop it: none is lost.
create macro charge_reference_of(budget_holder, period, revision, number) as
budget_holder || '-' || strftime(period, '%Y-%m') || '-' || revision || '-' || number;

create table posting_of_parts (
    close_number integer not null,
    kind varchar not null, -- charge or credit
    reason varchar not null,
    spell_id varchar not null,
    charge_number bigint not null, -- the version charged, or for a credit the version it reverses
    budget_holder varchar not null,
    activity_month date not null,
    pod varchar not null,
    hrg_code varchar,
    amount decimal(18, 2) not null,
    period date not null, -- of its close, as the revision
    revision integer not null,
    number integer not null, -- within budget holder, period and revision
    charge_reference varchar generated always as (
        charge_reference_of(budget_holder, period, revision, number)
    ) virtual
);

insert into posting_of_parts
select
    posting.* exclude (charge_reference),
    close.period,
    close.revision,
    cast(split_part(posting.charge_reference, '-', -1) as integer) as number,
from posting
left join close on posting.close_number = close.close_number;

drop table posting;

alter table posting_of_parts rename to posting;
