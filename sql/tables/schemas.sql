-- warehouse, bi
-- Grain: one row per nothing; the two schemas everything lives in.
-- warehouse holds the tables and is written by jobs; bi holds what readers see.
create schema if not exists warehouse;
create schema if not exists bi;
comment on schema warehouse is 'Tables of the ledger. Written by jobs only.';
comment on schema bi is 'Views for readers: Power BI, the dashboard, you. A contract: columns are added, not dropped.';
