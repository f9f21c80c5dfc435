create or replace function pgsync.resync_node(name text, reason text default null)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.known_node(resync_node.name);
    update pgsync.nodes as own
    set
        must_resync = true,
        resync_number = own.resync_number + 1,
        resync_reason = coalesce(left(resync_node.reason, 1000), 'an operator said so'),
        updated_at = clock_timestamp()
    where own.name = resync_node.name;
end;
$$;

comment on function pgsync.resync_node(text, text)
is 'Has a node load everything anew the next time; what it has not sent yet it keeps and sends.';
