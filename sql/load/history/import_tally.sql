-- Account for every row of the batch's files in warehouse.etl_import_file and etl_import_skip.
-- Returns the counts of each file. Skipped rows are written as the difference, so that
-- importing a file again leaves them alone.
create temp table outdone_row on commit drop as
select
    file_number,
    row_number,
    'less of the same in the same second' as reason
from pg_temp.history_play
where verdict = 'less'
union all
select
    file_number,
    row_number,
    'less of the same in the same second' as reason
from pg_temp.history_episode_play
where verdict = 'less'
union all
select
    file_number,
    row_number,
    case verdict
        when 'told' then 'the same moment under another row'
        else 'less of the same in the same second'
    end as reason
from pg_temp.told_verdict
where verdict in ('less', 'told');

insert into pg_temp.staged_skip (file_number, row_number, reason)
select
    file_number,
    row_number,
    reason
from pg_temp.outdone_row;

create temp table file_account on commit drop as
with staged_count as (
    select
        file_number,
        track_ref = 0 as is_unattributed,
        count(*) as row_count
    from pg_temp.staged_history_play
    group by file_number, is_unattributed
),

verdict as (
    select
        file_number,
        verdict,
        track_key = 0 as is_unattributed,
        count(*) as row_count
    from pg_temp.history_play
    group by file_number, verdict, is_unattributed
),

-- A pair is counted with the file whose row made it, where that row is new.
paired as (
    select
        staged.file_number,
        staged.track_key = 0 as is_unattributed,
        count(*) as row_count
    from (
        select distinct
            partner_played_at,
            partner_track_key
        from pg_temp.staged_pair
        where partner_trust = 1
    ) as pair
    inner join pg_temp.keyed_play as staged
        on
            pair.partner_played_at = staged.played_at
            and pair.partner_track_key = staged.track_key
    left join pg_temp.history_play as known
        on staged.file_number = known.file_number and staged.row_number = known.row_number
    where
        -- Or all rows would be looked through for no pair (benchmark import_history).
        (select count(*) from pg_temp.staged_pair) > 0
        and known.file_number is null
    group by staged.file_number, is_unattributed
),

told as (
    select
        told.file_number,
        case
            when told.verdict = 'known' then 'known'
            when told.is_episode then 'episode'
            when pair.partner_played_at is not null then 'matched'
            when told.stands_key = 0 then 'unattributed'
            else 'added'
        end as verdict
    from pg_temp.told_verdict as told
    left join (
        select distinct
            partner_played_at,
            partner_track_key
        from pg_temp.staged_pair
        where partner_trust = 1
    ) as pair
        on
            not told.is_episode
            and told.stands_at = pair.partner_played_at
            and told.stands_key = pair.partner_track_key
    where told.verdict in ('known', 'new')
),

became as (
    select
        file_number,
        verdict,
        1 as row_count
    from told
    union all
    select
        file_number,
        case when verdict = 'polled' then 'matched' else 'known' end as verdict,
        row_count
    from verdict
    where verdict <> 'less'
    union all
    select
        file_number,
        case when is_unattributed then 'unattributed' else 'added' end as verdict,
        row_count
    from staged_count
    union all
    select
        file_number,
        case when is_unattributed then 'unattributed' else 'added' end as verdict,
        -row_count as row_count
    from verdict
    union all
    select
        file_number,
        'matched' as verdict,
        row_count
    from paired
    union all
    select
        file_number,
        case when is_unattributed then 'unattributed' else 'added' end as verdict,
        -row_count as row_count
    from paired
    union all
    select
        file_number,
        case when verdict in ('known', 'better') then 'known' else 'episode' end as verdict,
        1 as row_count
    from pg_temp.history_episode_play
    where verdict <> 'less'
    union all
    select
        file_number,
        'skipped' as verdict,
        1 as row_count
    from pg_temp.staged_skip
),

counted as (
    select
        file_number,
        sum(row_count) filter (where verdict = 'added') as added_count,
        sum(row_count) filter (where verdict = 'matched') as matched_count,
        sum(row_count) filter (where verdict = 'known') as known_count,
        sum(row_count) filter (where verdict = 'episode') as episode_count,
        sum(row_count) filter (where verdict = 'unattributed') as unattributed_count,
        sum(row_count) filter (where verdict = 'skipped') as skipped_count
    from became
    group by file_number
)

select
    staged.*,
    coalesce(counted.added_count, 0)::integer as added_count,
    coalesce(counted.matched_count, 0)::integer as matched_count,
    coalesce(counted.known_count, 0)::integer as known_count,
    coalesce(counted.episode_count, 0)::integer as episode_count,
    coalesce(counted.unattributed_count, 0)::integer as unattributed_count,
    coalesce(counted.skipped_count, 0)::integer as skipped_count
from pg_temp.staged_file as staged
left join counted
    on staged.file_number = counted.file_number;

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
    first_told_at,
    last_told_at,
    import_key
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
    first_told_at,
    last_told_at,
    %(import_key)s as import_key
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
        first_told_at = excluded.first_told_at,
        last_told_at = excluded.last_told_at,
        imported_at = excluded.imported_at,
        import_key = excluded.import_key;

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
