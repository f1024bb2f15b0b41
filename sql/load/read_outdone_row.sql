-- Read the batch's rows that gave way to a longer play which the ledger held already.
select
    file_number,
    row_number,
    'less of the same in the same second' as reason
from pg_temp.row_verdict
where verdict = 'skipped'
order by file_number, row_number;
