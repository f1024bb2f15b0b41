-- warehouse, part, bi
-- Grain: one row per nothing; the three schemas everything lives in.
-- warehouse holds the tables and is written by jobs; bi holds what readers see; part holds
-- what the views of bi are made of, and no reader may use it. Run again at every upgrade.
create schema if not exists warehouse;
create schema if not exists part;
create schema if not exists bi;
comment on schema warehouse is 'Tables of the ledger. Written by jobs only.';
comment on schema part is 'Building blocks of the views in bi. Not for readers: they change without a note.';
comment on schema bi is 'Views for readers: Power BI, the dashboard, you. A contract: columns are added, not dropped.';
