-- Read how long every session was, and on which day it began.
select
    session_date,
    ms_listened
from bi.session
where listener_key = %(listener)s
order by started_at_local;
