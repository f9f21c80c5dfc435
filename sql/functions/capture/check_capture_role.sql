-- If a capture function runs as a role that cannot write to the log, every write of the application fails:
-- after a restore without privileges, for example.
create or replace function pgsync.check_capture_role()
returns void
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_role constant name := pgsync.capture_role();
begin
    if not (
        has_schema_privilege(v_role, 'pgsync', 'usage')
        and has_schema_privilege(v_role, 'pgsync_read', 'usage')
        and has_table_privilege(v_role, 'pgsync.sync_logs', 'insert')
        and has_table_privilege(v_role, 'pgsync.sync_queue', 'insert')
        and has_table_privilege(v_role, 'pgsync.sources', 'select')
        and has_sequence_privilege(v_role, 'pgsync.sync_logs_id_seq', 'usage')
        and has_function_privilege(v_role, 'pgsync.note_nesting(text, text, text)', 'execute')
    ) then
        raise exception '% cannot write to the log', quote_ident(v_role)
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'Capture functions run as this role, so every write to an attached table would fail.',
            hint = 'Run: pgsync migrate';
    end if;
end;
$$;

comment on function pgsync.check_capture_role()
is 'Raises an error if the capture role has lost its rights.';
