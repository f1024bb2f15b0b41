-- Account for every row of the batch's files in warehouse.etl_import_file and etl_import_skip.
-- Returns the counts of each file. Skipped rows are written as the difference, so that
-- importing a file again leaves them alone.
create temp table row_verdict on commit drop as
select
    play.file_number,
    play.row_number,
    case
        when play.verdict in ('known', 'better') then 'known'
        when play.verdict = 'less' then 'skipped'
        when play.verdict = 'polled' or pair.export_played_at is not null then 'matched'
        when play.track_key = 0 then 'unattributed'
        else 'added'
    end as verdict
from pg_temp.export_play as play
left join pg_temp.staged_pair as pair
    on play.played_at = pair.export_played_at and play.track_key = pair.export_track_key
union all
select
    file_number,
    row_number,
    case
        when verdict in ('known', 'better') then 'known'
        when verdict = 'less' then 'skipped'
        else 'episode'
    end as verdict
from pg_temp.export_episode_play;

insert into pg_temp.staged_skip (file_number, row_number, reason)
select
    file_number,
    row_number,
    'less of the same in the same second' as reason
from pg_temp.row_verdict
where verdict = 'skipped';

create temp table file_account on commit drop as
with became as (
    select
        file_number,
        count(*) filter (where verdict = 'added') as added_count,
        count(*) filter (where verdict = 'matched') as matched_count,
        count(*) filter (where verdict = 'known') as known_count,
        count(*) filter (where verdict = 'episode') as episode_count,
        count(*) filter (where verdict = 'unattributed') as unattributed_count
    from pg_temp.row_verdict
    group by file_number
),

skipped as (
    select
        file_number,
        count(*) as skipped_count
    from pg_temp.staged_skip
    group by file_number
)

select
    staged.*,
    coalesce(became.added_count, 0) as added_count,
    coalesce(became.matched_count, 0) as matched_count,
    coalesce(became.known_count, 0) as known_count,
    coalesce(became.episode_count, 0) as episode_count,
    coalesce(became.unattributed_count, 0) as unattributed_count,
    coalesce(skipped.skipped_count, 0) as skipped_count
from pg_temp.staged_file as staged
left join became
    on staged.file_number = became.file_number
left join skipped
    on staged.file_number = skipped.file_number;

insert into warehouse.etl_import_file as target (
    listener_key,
    file_name,
    content_digest,
    read_count,
    added_count,
    matched_count,
    known_count,
    episode_count,
    unattributed_count,
    skipped_count,
    first_played_at,
    last_played_at
)
select distinct on (file_name, content_digest)
    %(listener_key)s as listener_key,
    file_name,
    content_digest,
    read_count,
    added_count,
    matched_count,
    known_count,
    episode_count,
    unattributed_count,
    skipped_count,
    first_played_at,
    last_played_at
from pg_temp.file_account
order by file_name, content_digest, file_number
on conflict on constraint etl_import_file_natural_key do update
    set
        read_count = excluded.read_count,
        added_count = excluded.added_count,
        matched_count = excluded.matched_count,
        known_count = excluded.known_count,
        episode_count = excluded.episode_count,
        unattributed_count = excluded.unattributed_count,
        skipped_count = excluded.skipped_count,
        first_played_at = excluded.first_played_at,
        last_played_at = excluded.last_played_at,
        imported_at = excluded.imported_at;

create temp table import_file on commit drop as
select
    known.import_file_key,
    known.file_name,
    min(account.file_number) as file_number
from pg_temp.file_account as account
inner join warehouse.etl_import_file as known
    on
        account.file_name = known.file_name
        and account.content_digest = known.content_digest
        and known.listener_key = %(listener_key)s
group by known.import_file_key, known.file_name;

delete from warehouse.etl_import_skip as known
using pg_temp.import_file as file
where
    known.import_file_key = file.import_file_key
    and not exists (
        select 1 from pg_temp.staged_skip as staged
        where
            staged.file_number = file.file_number
            and staged.row_number = known.row_number
            and staged.reason = known.reason
    );

insert into warehouse.etl_import_skip (import_file_key, file_name, row_number, reason)
select
    file.import_file_key,
    file.file_name,
    staged.row_number,
    staged.reason
from pg_temp.staged_skip as staged
inner join pg_temp.import_file as file
    on staged.file_number = file.file_number
order by file.import_file_key, staged.row_number
on conflict on constraint etl_import_skip_pk do nothing;

select
    file_number,
    read_count,
    added_count,
    matched_count,
    known_count,
    episode_count,
    unattributed_count,
    skipped_count
from pg_temp.file_account
order by file_number;
