-- Remember whether this app may do something, and until when that is taken for granted.
insert into warehouse.etl_capability (client_id, capability, is_available, probe_again_at)
values (
    %(client_id)s, %(capability)s, %(is_available)s, now() + %(days)s * interval '1 day'
)
on conflict on constraint etl_capability_pk do update
    set
        is_available = excluded.is_available,
        probed_at = now(),
        probe_again_at = excluded.probe_again_at;
