create or replace function pgsync.reset_node(
    name text,
    resync boolean default false,
    reason text default null
)
returns table (node text, status text)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
begin
    perform pgsync.known_node(reset_node.name);
    if reset_node.resync then
        perform pgsync.resync_node(reset_node.name, reset_node.reason);
    end if;
    return query
    update pgsync.nodes as own
    set status = 'new', last_error = null, retry_count = 0, updated_at = clock_timestamp()
    where own.name = reset_node.name
    returning own.name, own.status;
end;
$$;

comment on function pgsync.reset_node(text, boolean, text)
is 'Forgets how the exchanges with a node ended; with resync it also loads everything anew.';
