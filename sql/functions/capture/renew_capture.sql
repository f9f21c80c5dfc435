-- What can be done without the owner of a table: its triggers and his reader stay, and only the functions
-- they call are recreated, for columns that were added and for a restore, after which tables have other
-- numbers. Columns that were renamed, dropped or retyped are for a person to look at, since what reads the
-- images may have to change with them; until then they keep the names they had.
create or replace function pgsync.renew_capture()
returns setof regclass
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set check_function_bodies = on
set quote_all_identifiers = off
set lock_timeout = '1s'
as $$
declare
    v_source pgsync.sources;
begin
    -- The lock under which tables are attached.
    perform pg_advisory_xact_lock(1886876531, 2 /* rights */);
    for v_source in
        select known.*
        from pgsync.sources as known
        where known.attached
            and pgsync.qualified_name(known.source_table) = known.table_name
            -- A function of an earlier version has no reader to go with it yet: attaching again makes one.
            and pgsync.has_reader(known.source_table, known.reader)
            and (
                (
                    known.captured_columns is null
                    and exists (
                        select
                        from pgsync.capture_columns(known.source_table) as added
                        where added.treatment <> 'refused'
                            and added.name not like 'pgsync\_%'
                            and added.name <> 'tg_relid'
                            and added.number not in (
                                select shaped.present_number
                                from pgsync.shape_columns(known.source_table, known.shape) as shaped
                                where shaped.present_number is not null
                            )
                    )
                )
                or pgsync.is_restored(known)
            )
            -- What was found wrong with a function is for a person to see before it goes.
            and pgsync.capture_checksum(known.function_name) = known.function_checksum
            and not exists (
                select
                from pgsync.shape_columns(known.source_table, known.shape) as shaped
                where (shaped.present_name, shaped.present_type) is distinct from (shaped.column_name, shaped.data_type)
            )
            and not exists (
                select
                from jsonb_each(pgsync.table_shape(known.source_table, known.shape)) as field
                group by field.value ->> 'name'
                having count(*) > 1
            )
        order by known.table_name
    loop
        v_source.shape := pgsync.table_shape(v_source.source_table, v_source.shape);
        perform pgsync.make_capture(v_source);
        update pgsync.sources as source
        set function_checksum = ''
        where source.source_table = v_source.source_table;
        perform pgsync.finish_capture(v_source.source_table);
        return next v_source.source_table;
    end loop;
end;
$$;

comment on function pgsync.renew_capture()
is 'Recreates the capture functions of tables that are captured whole and gained columns; returns these.';
