-- The names that stand beside codes in the detail files, by the column that they stand in.
--
-- Grain: one row per column and code.
-- Inputs: reference.provider, admission_method, main_specialty, reference.tariff.
--
-- An HRG has a name in each edition of the tariff: its code here is both, with a space between.
select
    'provider_name' as column_name,
    provider_code as code,
    name,
from reference.provider
union all
select
    'admission_method_name' as column_name,
    code,
    name,
from admission_method
union all
select
    'main_specialty_name' as column_name,
    code,
    name,
from main_specialty
union all
select
    'hrg_name' as column_name,
    edition || ' ' || hrg_code as code,
    hrg_name as name,
from reference.tariff
