-- The month's volume of each provider and point of delivery beside the twelve months before it.
--
-- Grain: one row per provider expected and point of delivery, with an episode in those months.
-- Inputs: episode, admission_method, patient_classification, expected_provider. Variables: month,
--         volume_months, volume_minimum.
--
-- An episode counts for the month in which it ended. The mean is over the months in which the
-- provider sent anything; with few of those, or a small mean, the volume is not judged.
create or replace temp table episodes_volume as
with counted as (
    select
        episode.provider_code,
        pod_of(admission_method."group", patient_classification."group") as pod,
        cast(date_trunc('month', episode.episode_end_date) as date) as month,
        count(*) as episodes,
    from episode
    inner join admission_method on episode.admission_method = admission_method.code
    inner join patient_classification
        on episode.patient_classification = patient_classification.code
    where
        episode.episode_end_date >= getvariable('month') - interval 12 month
        and episode.episode_end_date < getvariable('month') + interval 1 month
        and episode.provider_code in (select expected_provider.provider_code from expected_provider)
    group by all
),

history as (
    select
        provider_code,
        count(distinct month) as months,
    from counted
    where month < getvariable('month')
    group by provider_code
),

compared as (
    select
        counted.provider_code,
        counted.pod,
        coalesce(any_value(history.months), 0) as months_before,
        coalesce(sum(counted.episodes) filter (where counted.month < getvariable('month')), 0)
            as episodes_before,
        coalesce(sum(counted.episodes) filter (where counted.month = getvariable('month')), 0)
            as episodes,
    from counted
    left join history on counted.provider_code = history.provider_code
    group by counted.provider_code, counted.pod
)

select
    provider_code,
    pod,
    months_before,
    episodes_before / nullif(months_before, 0) as mean_before,
    episodes,
    if(
        months_before >= getvariable('volume_months')
        and mean_before >= getvariable('volume_minimum'),
        100.0 * episodes / mean_before,
        null
    ) as volume_percent,
from compared;
