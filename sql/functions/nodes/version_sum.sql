create or replace function pgsync.version_sum(
    source_table regclass,
    out records bigint,
    out checksum text
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    count(*),
    coalesce(
        sum(
            hashtextextended(
                known.record_id || ' ' || pgsync.version_text(known.stamp, coalesce(nullif(known.origin, ''), own.name)), 0
            )::numeric
        ),
        0
    )::text
from pgsync.record_versions as known
cross join pgsync.node_identity as own
where known.source_table = version_sum.source_table and known.deleted_at is null and known.refused_at is null;
$$;

comment on function pgsync.version_sum(regclass)
is 'How many records of a table there are, and a sum over their versions that is the same where these are.';
