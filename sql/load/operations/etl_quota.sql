-- Remember until when Spotify wants no calls to a bucket.
insert into warehouse.etl_quota as target (client_id, bucket, blocked_until)
values (%(client_id)s, %(bucket)s, %(blocked_until)s)
on conflict on constraint etl_quota_pk do update
    set blocked_until = greatest(target.blocked_until, excluded.blocked_until);
