create or replace function pgsync.note_master(endpoint text, node_name text, incarnation text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master constant pgsync.masters := pgsync.known_master(note_master.endpoint);
begin
    update pgsync.masters as own
    set node_name = note_master.node_name, incarnation = note_master.incarnation, updated_at = clock_timestamp()
    where own.endpoint = v_master.endpoint
        and (own.node_name, own.incarnation) is distinct from (note_master.node_name, note_master.incarnation);
    return v_master.incarnation <> note_master.incarnation;
end;
$$;

comment on function pgsync.note_master(text, text, text)
is 'Notes what a master calls this system; true if the master has been restored since.';
