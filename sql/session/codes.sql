-- The project's code lists as temporary tables (code, name, group), and those that records are
-- checked against as session variables too, which can be looked up without a join.
create or replace temp table cds_record_type as
select code, name, "group", bulk_group
from read_csv(getvariable('codes') || '/cds_record_type.csv', header = true, all_varchar = true);

create or replace temp table cds_update_type as
select code, name, "group"
from read_csv(getvariable('codes') || '/cds_update_type.csv', header = true, all_varchar = true);

create or replace temp table patient_classification as
select code, name, "group"
from
    read_csv(
        getvariable('codes') || '/patient_classification.csv', header = true, all_varchar = true
    );

create or replace temp table administrative_category as
select code, name, "group"
from
    read_csv(
        getvariable('codes') || '/administrative_category.csv', header = true, all_varchar = true
    );

create or replace temp table admission_method as
select code, name, "group"
from read_csv(getvariable('codes') || '/admission_method.csv', header = true, all_varchar = true);

create or replace temp table default_practice as
select code, name, "group"
from read_csv(getvariable('codes') || '/default_practice.csv', header = true, all_varchar = true);

create or replace temp table main_specialty as
select code, name, "group"
from read_csv(getvariable('codes') || '/main_specialty.csv', header = true, all_varchar = true);

set variable record_groups = (select map(list(code), list("group")) from cds_record_type);
set variable bulk_groups = (select map(list(code), list(bulk_group)) from cds_record_type);
set variable update_types = (select list(code) from cds_update_type);
set variable deletion_types = (
    select list(code)
    from cds_update_type
    where "group" = 'deletion'
);
set variable patient_classifications = (select list(code) from patient_classification);
set variable administrative_categories = (select list(code) from administrative_category);
set variable default_practices = (select list(code) from default_practice);
set variable admission_methods = (select list(code) from admission_method);

-- The points of delivery that are charged, in the order they are shown; `group` says what days
-- their budgets are spread over.
create or replace temp table pod as
select code, name, "group", row_number() over () as place
from read_csv(getvariable('codes') || '/pod.csv', header = true, all_varchar = true);
