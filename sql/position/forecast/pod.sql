-- The points of delivery, in the order in which every figure of a forecast has them.
--
-- Grain: one row per POD.
-- Inputs: pod.
select code as pod
from pod
order by place
