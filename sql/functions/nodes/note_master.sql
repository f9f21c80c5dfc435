-- Of a table that was not asked for before, the pages up to the newest one are missing.
create or replace function pgsync.note_master(
    endpoint text,
    node_name text,
    incarnation text,
    tables text[] default null
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master constant pgsync.masters := pgsync.known_master(note_master.endpoint);
begin
    update pgsync.masters as own
    set
        node_name = note_master.node_name,
        incarnation = note_master.incarnation,
        next_page = case
            when note_master.tables is null or note_master.tables <@ own.paged_tables then own.next_page
        end,
        paged_tables = coalesce(note_master.tables, own.paged_tables),
        updated_at = clock_timestamp()
    where own.endpoint = v_master.endpoint
        and (own.node_name, own.incarnation, own.paged_tables) is distinct from (
            note_master.node_name, note_master.incarnation, coalesce(note_master.tables, own.paged_tables)
        );
    return v_master.incarnation <> note_master.incarnation;
end;
$$;

comment on function pgsync.note_master(text, text, text, text[])
is 'Notes what a master calls this system, and which tables it is asked for; true if it was restored since.';
