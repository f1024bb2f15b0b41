-- Count what the demo's ledger holds: plays, tracks, artists and hours of listening, and how
-- sure plays and hours are.
select
    (select count(*) from bi.play),
    (
        select count(*) from bi.track
        where track_key > 0
    ),
    (
        select count(*) from bi.artist
        where artist_key > 0
    ),
    (select round(sum(ms_listened) / 3600000.0, 1) from bi.play),
    (
        select count_certainty from bi.period_listening
        where period = 'all time'
    ),
    (
        select certainty from bi.period_listening
        where period = 'all time'
    );
