create or replace function pgsync.remove_node(name text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.known_node(remove_node.name);
    update pgsync.api_tokens as own
    set revoked_at = clock_timestamp(), revoked_by = pgsync.actor()
    where own.node = remove_node.name and own.revoked_at is null;
    delete from pgsync.nodes as own where own.name = remove_node.name;
end;
$$;

comment on function pgsync.remove_node(text)
is 'Ends the exchange with a node, and revokes its tokens; what it has sent stays.';
