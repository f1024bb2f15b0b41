-- Ask the database whether it is there.
select 1 as is_alive;
