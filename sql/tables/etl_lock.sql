-- warehouse.etl_lock
-- Grain: one row per turn that writers wait for: what it is for, and whose.
-- A writer holds its row, for update, until its transaction ends; the row is made when it is first
-- wanted. An advisory lock would be anybody's to take, and what is anybody's to take stops every
-- job: nobody but those who may write to this table can hold a row of it.
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
