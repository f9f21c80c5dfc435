-- The name says nothing: roles can be renamed, and somebody else may have taken it. One to make is named by
-- no source yet, so nothing uses it before it was looked at.
create or replace function pgsync.reader_of(source_table regclass)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_owner constant text := pgsync.owner_of(source_table)::text;
    v_name text;
begin
    select routine.proname::text
    into v_name
    from pg_catalog.pg_proc as routine
    where routine.pronamespace = 'pgsync_read'::regnamespace
        and pgsync.has_reader(reader_of.source_table, routine.proname)
    order by routine.proname = v_owner desc, routine.proname
    limit 1;
    if found then
        return v_name;
    end if;

    for v_number in 1..1000000 loop
        v_name := case v_number when 1 then v_owner else left(v_owner, 55) || '_' || v_number end;
        exit when not exists (
            select
            from pg_catalog.pg_proc as routine
            where routine.pronamespace = 'pgsync_read'::regnamespace and routine.proname = v_name
            union all
            select
            from pgsync.sources as source
            where source.attached and source.reader = v_name and source.source_table <> reader_of.source_table
        );
    end loop;
    return v_name;
end;
$$;

comment on function pgsync.reader_of(regclass)
is 'The name of the reader of a table''s owner: of the existing one, or of the one to create.';
