-- Read whose summaries wait to be derived again.
-- Nobody else's turn is waited for: an import may hold it for minutes.
select listener_key
from part.waiting_listener
order by listener_key;
