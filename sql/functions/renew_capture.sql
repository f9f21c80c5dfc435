-- What can be done without the owner of a table: its triggers stay, and only the function they call is
-- made anew. Columns that were renamed, dropped or retyped are for a person to look at, since what reads
-- the images has to change with them; until then the old function goes on under the old names.
create or replace function pgsync.renew_capture()
returns setof regclass
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set lock_timeout = '1s'
as $$
declare
    v_source pgsync.sources;
begin
    -- The lock under which tables are attached.
    perform pg_advisory_xact_lock(1886876531, 2);
    for v_source in
        select known.*
        from pgsync.sources as known
        where known.attached
            and known.captured_columns is null
            and pgsync.qualified_name(known.source_table) = known.table_name
            and exists (
                select
                from pgsync.capture_columns(known.source_table) as added
                where added.treatment <> 'refused' and added.number not in (
                    select shaped.present_number
                    from pgsync.shape_columns(known.source_table, known.shape) as shaped
                    where shaped.present_number is not null
                )
            )
            and not exists (
                select
                from pgsync.shape_columns(known.source_table, known.shape) as shaped
                where (shaped.present_name, shaped.present_type) is distinct from (shaped.name, shaped.data_type)
            )
        order by known.table_name
    loop
        perform pgsync.make_capture(v_source);
        return next v_source.source_table;
    end loop;
end;
$$;

comment on function pgsync.renew_capture()
is 'Makes capture functions anew where columns were added to tables captured whole; returns the tables.';
