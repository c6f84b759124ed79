-- The project's code lists as temporary tables (code, name, group), and those that records are
-- checked against as session variables too, which can be looked up without a join.
--
-- How the files are written is known: for DuckDB to find it out takes longer than to read them.
create or replace temp macro code_list(
    list_name, file_columns := { 'code': 'varchar', 'name': 'varchar', 'group': 'varchar' }
) as table
    from
        read_csv(
            getvariable('codes') || '/' || list_name || '.csv',
            columns = file_columns,
            auto_detect = false,
            header = true,
            delim = ',',
            quote = '"',
            escape = '"'
        );

create or replace temp table cds_record_type as
from
    code_list(
        'cds_record_type',
        file_columns := {
            'code': 'varchar', 'name': 'varchar', 'group': 'varchar', 'bulk_group': 'varchar'
        }
    );

create or replace temp table cds_update_type as from code_list('cds_update_type');
create or replace temp table patient_classification as from code_list('patient_classification');
create or replace temp table administrative_category as from code_list('administrative_category');
create or replace temp table admission_method as from code_list('admission_method');
create or replace temp table default_practice as from code_list('default_practice');
create or replace temp table main_specialty as from code_list('main_specialty');

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
select
    *,
    row_number() over () as place,
from code_list('pod');
