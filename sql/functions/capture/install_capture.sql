-- Runs as the owner of the schema, so that whoever owns a table needs no right to create functions here. Of
-- what the caller says only the wish is taken, as attach takes it; the rest is found out here. Until the end
-- of the transaction the caller may run the new function, which creating its triggers takes, and the owner of
-- the table may create his reader; seal_capture ends both.
create or replace function pgsync.install_capture(source pgsync.sources)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set check_function_bodies = on
set quote_all_identifiers = off
as $$
    -- @plpgsql_check_options: security_warnings = off
declare
    -- Here, current_user is who owns this function.
    v_caller constant text := coalesce(nullif(current_setting('role'), 'none'), session_user::text);
    v_source pgsync.sources;
begin
    -- The caller must be able to call this directly: otherwise a security definer function could do it for the caller.
    if not (
        has_function_privilege(v_caller, 'pgsync.install_capture(pgsync.sources)', 'execute')
        and pgsync.may_act_as(v_caller::name, pgsync.owner_of(source.source_table))
    ) then
        raise exception '% can only be attached by its owner, and % cannot act as %',
            pgsync.qualified_name(source.source_table), quote_ident(v_caller), quote_ident(pgsync.owner_of(source.source_table))
            using errcode = 'insufficient_privilege';
    end if;
    v_source := pgsync.planned_source(
        source.source_table,
        pgsync.present_names(source, source.key_columns),
        pgsync.present_names(source, source.captured_columns),
        null,
        source.trigger_kind,
        source.actions,
        source.before_image,
        coalesce((pgsync.present_names(source, array[source.site_column]))[1], ''),
        coalesce(source.image_key, ''),
        source.posts
    );
    perform pgsync.check_source(v_source);
    -- Before the entry in source_versions, whose trigger takes it back: at commit, or at once where nothing is
    -- deferred, and then attach fails.
    -- Not where he has a reader: he could put another in its place for a moment, while his other tables use it.
    if not pgsync.has_reader(source.source_table, v_source.reader) then
        execute format('grant usage, create on schema pgsync_read to %I', pgsync.owner_of(source.source_table));
    end if;
    v_source.function_checksum := '';
    perform pgsync.make_capture(v_source);
    execute format('grant execute on function pgsync.%I() to %I', v_source.function_name, v_caller);
    -- What is written from here on has to be captured.
    perform pgsync.remember_growth(source.source_table);
end;
$$;

comment on function pgsync.install_capture(pgsync.sources)
is 'Creates the capture function of a source and adds the source to the list; part of attach.';
