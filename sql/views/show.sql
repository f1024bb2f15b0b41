-- bi.show
-- Grain: one row per podcast or audiobook.
create view bi.show as
select
    show_key,
    show_id,
    name as show_name,
    is_audiobook
from warehouse.dim_show;
comment on view bi.show is
'Grain: one row per podcast or audiobook.';
comment on column bi.show.show_key is 'Key of the row; 0 is the unknown show.';
comment on column bi.show.show_id is 'Spotifys id; null where only the name is known.';
comment on column bi.show.show_name is 'Name.';
comment on column bi.show.is_audiobook is 'An audiobook, not a podcast.';
