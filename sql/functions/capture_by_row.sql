-- One firing per row: PostgreSQL itself gives such triggers to partitions that are attached later, and a row
-- written straight into a partition fires them.
create or replace function pgsync.capture_by_row(source pgsync.sources)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pgsync.capture_frame(
    source,
    E'    v_slot smallint;\n    v_image pg_catalog.jsonb;\n    v_record_id pg_catalog.text;\n'
    || E'    v_old_image pg_catalog.jsonb;\n    v_old_record_id pg_catalog.text;\n'
    || E'    v_kept_image pg_catalog.jsonb;\n',
    format(
        E'    if tg_op operator(pg_catalog.=) ''INSERT'' then%s    elsif tg_op operator(pg_catalog.=) ''TRUNCATE'' then%s    else%s    end if;\n',
        pgsync.capture_new(source, known.root),
        pgsync.capture_truncate(source, known.root),
        pgsync.capture_one(source, known.root)
    )
)
from (
    select
        case
            when relation.relkind = 'p' then 'coalesce(pg_catalog.pg_partition_root(tg_relid), tg_relid)' else 'tg_relid'
        end as root
    from pg_catalog.pg_class as relation
    where relation.oid = source.source_table
) as known;
$$;

comment on function pgsync.capture_by_row(pgsync.sources)
is 'The text of a capture function that fires once per row.';
