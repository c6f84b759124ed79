-- Names of providers, specialties, admission methods and HRGs, as they stand in reference data and
-- code lists.
--
-- Grain: one row per dimension and code.
-- Inputs: reference.provider, main_specialty, admission_method, reference.tariff,
--         reference.tariff_edition.
--
-- An HRG has the name that the latest edition gives it, and as `hrg_of_edition` that of each: its
-- code there is both, with a space between.
select
    'provider' as dimension,
    provider_code as code,
    name,
from reference.provider
union all
select
    'specialty' as dimension,
    code,
    name,
from main_specialty
union all
select
    'admission_method' as dimension,
    code,
    name,
from admission_method
union all
select
    'hrg_of_edition' as dimension,
    edition || ' ' || hrg_code as code,
    hrg_name as name,
from reference.tariff
union all
select
    'hrg' as dimension,
    tariff.hrg_code as code,
    arg_max(
        tariff.hrg_name,
        { 'year': tariff_edition.financial_year, 'number': tariff_edition.number }
    ) as name,
from reference.tariff
inner join reference.tariff_edition on tariff.edition = tariff_edition.edition
where tariff_edition.financial_year <= getvariable('financial_year')
group by tariff.hrg_code
