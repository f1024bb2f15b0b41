-- Hours of each podcast and audiobook:
select
    podcast.show_name,
    round(sum(play.ms_listened) / 3600000.0, 1) as hours
from bi.episode_play as play
inner join bi.episode as episode
    on play.episode_key = episode.episode_key
inner join bi.show as podcast
    on episode.show_key = podcast.show_key
where
    play.listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and play.is_counted
group by podcast.show_name
order by hours desc;
