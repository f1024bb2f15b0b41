-- warehouse.etl_quota
-- Grain: one row per Spotify app and quota bucket.
-- blocked_until is what Spotify's Retry-After said: nobody asks before that moment,
-- on any runner.
create table warehouse.etl_quota (
    client_id text not null,
    bucket text not null,
    blocked_until timestamptz,
    constraint etl_quota_pk primary key (client_id, bucket)
);
comment on table warehouse.etl_quota is
'Grain: one row per Spotify app and quota bucket.';
comment on column warehouse.etl_quota.blocked_until is
'The moment before which Spotify wants no call to this bucket.';
