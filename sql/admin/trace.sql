-- The life of a record, of the one that was captured last unless another is told by its table and its key:
-- psql -X -v table=public.bills -v record=17 -f sql/admin/trace.sql; a key of two columns is one JSON array,
-- -v record='["9", "2"]'. A table that was dropped is told by its number, as pgsync.sources has it.
set search_path to pg_catalog, pg_temp;

\if :{?table}
\else
\set table ''
\endif
\if :{?record}
\else
\set record ''
\endif
with latest as (
    select log.source_table
    from pgsync.sync_logs as log
    order by log.id desc
    limit 1
),

named as (
    select coalesce(nullif(:'table', '')::regclass, (select latest.source_table from latest)) as source_table
),

captured as (
    select log.record_id
    from named
    inner join pgsync.sync_logs as log on named.source_table = log.source_table
    where :'record' = ''
    order by log.id desc
    limit 1
)

select
    life.happened_at,
    life.event,
    life.change,
    life.entry,
    life.what
from named
left join captured on true
cross join lateral pgsync.trace(
    named.source_table,
    case when :'record' = '' then captured.record_id else pgsync.record_key(named.source_table, :'record') end
) as life;
