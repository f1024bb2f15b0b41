-- Read how many of the observations told were not known before, or not as they are known now.
select count(*) as new_count
from pg_temp.new_observation;
