-- part.is_alone
-- Grain: one row per ledger: whether the ledger has no more than one listener.
-- Who is alone may see all that the ledger holds: there is nobody to keep it from.
create view part.is_alone as
select count(*) < 2 as is_alone
from warehouse.dim_listener;
comment on view part.is_alone is
'Grain: one row per ledger: whether the ledger has no more than one listener.';
comment on column part.is_alone.is_alone is 'True where there is one listener, or none.';
