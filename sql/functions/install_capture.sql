-- Runs as the owner of the schema, so that whoever owns a table needs no right to create functions here.
-- The text is made here too and never taken from the caller, who must be allowed to have triggers on the
-- table.
create or replace function pgsync.install_capture(source pgsync.sources)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    -- Here, current_user is who owns this function.
    v_caller constant text := coalesce(nullif(current_setting('role'), 'none'), session_user::text);
begin
    if source.function_name is distinct from pgsync.capture_name(source.source_table) then
        raise exception '% is not the name of a capture function', quote_nullable(source.function_name)
            using errcode = 'invalid_parameter_value';
    end if;
    if not has_table_privilege(v_caller::name, source.source_table, 'trigger') then
        raise exception '% may not create triggers on %', quote_ident(v_caller), source.table_name
            using errcode = 'insufficient_privilege';
    end if;
    perform pgsync.make_capture(source);
    -- What is written from here on has to be captured.
    perform pgsync.remember_growth(source.source_table);
end;
$$;

comment on function pgsync.install_capture(pgsync.sources)
is 'Creates the capture function of a source and enters it in the list; a part of attach.';
