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
    E'    v_id bigint;\n    v_slot smallint;\n    v_image jsonb;\n    v_record_id text;\n'
    || E'    v_old_image jsonb;\n    v_old_record_id text;\n',
    format(
        E'    if tg_op = ''TRUNCATE'' then%s    else%s    end if;\n',
        pgsync.capture_truncate('coalesce(pg_partition_root(tg_relid), tg_relid)'),
        pgsync.capture_one(source, 'new', 'old', 'coalesce(pg_partition_root(tg_relid), tg_relid)')
    )
);
$$;

comment on function pgsync.capture_by_row(pgsync.sources)
is 'The text of a capture function that fires once per row.';
