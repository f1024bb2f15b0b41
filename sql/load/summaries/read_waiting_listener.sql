-- Read the listeners whose summaries are missing, or wait to be derived again.
select listener_key
from part.waiting_listener;
