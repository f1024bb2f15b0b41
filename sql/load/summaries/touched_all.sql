-- Note that all summaries of the listener have to be derived again.
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
values (%(listener_key)s, '-infinity', 'infinity')
on conflict on constraint etl_touched_span_pk do nothing;
