-- Put reservations right: what was really called, retries included.
update warehouse.etl_quota_call as reserved
set call_count = settled.call_count
from
    unnest(%(quota_call_key)s::bigint[], %(call_count)s::integer[])
        as settled (quota_call_key, call_count)
where reserved.quota_call_key = settled.quota_call_key;
