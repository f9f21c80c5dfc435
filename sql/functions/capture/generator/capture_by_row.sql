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
        pgsync.capture_row(source, 'INSERT'),
        pgsync.capture_truncate(source),
        pgsync.capture_row(source, 'UPDATE')
    )
);
$$;

comment on function pgsync.capture_by_row(pgsync.sources)
is 'The body of a capture function that fires once per row.';
