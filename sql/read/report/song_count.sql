-- Count the songs that were ever heard.
select count(*) as song_count
from bi.discovery
where listener_key = %(listener)s and kind = 'song';
