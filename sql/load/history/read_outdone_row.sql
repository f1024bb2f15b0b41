-- Read the batch's rows that gave way to a longer play which the ledger held already.
select
    file_number,
    row_number,
    reason
from pg_temp.outdone_row
order by file_number, row_number;
