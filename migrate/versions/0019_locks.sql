create table warehouse.etl_lock (
    lock_name text not null,
    lock_key text not null default '',
    constraint etl_lock_pk primary key (lock_name, lock_key)
);
comment on table warehouse.etl_lock is
'Grain: one row per turn that writers wait for: what it is for, and whose.';
comment on column warehouse.etl_lock.lock_name is
'What is done in turn: listener, ratings, ranks, recordings, quota.';
comment on column warehouse.etl_lock.lock_key is
'Whose turn it is: a listener''s key, an app''s client id; empty where there is one for all.';

-- Older code takes an advisory lock and would not wait for ours.
update warehouse.etl_schema set version = 19, oldest_code = 19;
