-- Move the job's watermark to the newest play committed; never back.
insert into warehouse.etl_watermark as target (job, listener_key, watermark_at)
values (%(job)s, %(listener_key)s, %(watermark_at)s)
on conflict on constraint etl_watermark_pk do update
    set watermark_at = excluded.watermark_at
    where target.watermark_at is null or target.watermark_at < excluded.watermark_at;
