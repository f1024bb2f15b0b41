-- Wait for the app's turn to reserve calls; held until the transaction ends.
select pg_advisory_xact_lock(hashtext('everheard quota'), hashtext(%(client_id)s)) as quota_lock;

delete from warehouse.etl_quota_call
where client_id = %(client_id)s and reserved_at < now() - interval '48 hours';
