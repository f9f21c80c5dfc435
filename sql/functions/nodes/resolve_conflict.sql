-- Runs with the rights of its caller, who must be able to write the table unless the row stays as it is. Who
-- asks over HTTP has no rights to tables: the row is written with those of pgsync_node, as all are that are
-- exchanged. A session may take that role only if it serves nodes anyway.
create or replace function pgsync.resolve_conflict(
    conflict bigint,
    take text,
    image jsonb default null,
    out resolution text,
    out version text
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_role constant text := current_setting('role');
    v_writes_as_node constant boolean := current_user = 'pgsync_api_operate';
    v_own record;
    v_keys jsonb;
    v_failures jsonb := '[]'::jsonb;
begin
    if take not in ('local', 'remote', 'given') or (take = 'given') <> (image is not null) then
        raise exception 'take is local, remote, or given with a row' using errcode = 'invalid_parameter_value';
    end if;
    select own.* into v_own from pgsync.conflict_to_resolve(conflict) as own;
    if take <> 'local' then
        v_keys := pgsync.keys_of(v_own.key_columns, array[v_own.record_id]);
        if v_writes_as_node then
            perform set_config('role', 'pgsync_node', true);
        end if;
        perform pgsync.lock_records(v_own.source_table, v_own.key_columns, v_keys);
        perform pgsync.fold_records(v_own.source_table, array[v_own.record_id]);
        if take = 'remote' and v_own.remote_image is null then
            v_failures := pgsync.delete_records(v_own.source_table, v_own.key_columns, v_keys);
        else
            v_failures := pgsync.write_records(
                v_own.source_table, v_own.key_columns, v_own.columns,
                jsonb_build_array(
                    (v_keys -> 0) || coalesce(v_own.local_image, '{}')
                    || case when take = 'remote' then v_own.remote_image else image end
                )
            );
        end if;
        if v_writes_as_node then
            perform set_config('role', v_role, true);
        end if;
    end if;
    if v_failures <> '[]' then
        raise exception 'the row cannot be written: %', v_failures -> 0 ->> 'error_message'
            using errcode = 'integrity_constraint_violation';
    end if;
    resolution := case take when 'local' then 'keep_local' when 'remote' then 'apply_remote' else 'given' end;
    version := pgsync.note_resolution(conflict, resolution, take <> 'local');
end;
$$;

comment on function pgsync.resolve_conflict(bigint, text, jsonb)
is 'Settles a conflict: takes the local row, the remote one, or one that is given; it wins everywhere.';
