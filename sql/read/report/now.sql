-- Read what time it is on the listener's clock.
select now() at time zone %(timezone)s;
