-- Claim the watch of a listener, or hold it: of two watchers one goes on. The claim's moment is
-- what its holder knows it by; one that has not been renewed for two hours is anybody's.
insert into warehouse.etl_watermark as claim (job, listener_key, polled_at)
values ('now_playing', %(listener_key)s, now())
on conflict on constraint etl_watermark_pk do update
    set polled_at = excluded.polled_at
    where
    claim.polled_at is null
    or claim.polled_at < now() - interval '2 hours'
    or claim.polled_at = %(claimed_at)s::timestamptz
returning polled_at;
