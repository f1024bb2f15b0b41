-- Take one rating back; what was given before it counts again.
delete from warehouse.fact_album_rating
where listener_key = %(listener_key)s and album_rating_key = %(album_rating_key)s
returning album_rating_key;
