-- The point of delivery, from the groups of the admission method and the patient classification
-- (Spells and prices, POD).
create or replace temp macro pod_of(admission_group, classification_group) as
case
    when admission_group <> 'elective' then cast('non_elective' as point_of_delivery)
    when classification_group = 'daycase' then cast('daycase' as point_of_delivery)
    when classification_group = 'regular' then cast('regular' as point_of_delivery)
    else cast('elective' as point_of_delivery)
end;
