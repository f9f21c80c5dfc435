create or replace function pgsync.protect_node(name text, protection text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.known_node(protect_node.name);
    update pgsync.nodes as own
    set protection = protect_node.protection, updated_at = clock_timestamp()
    where own.name = protect_node.name;
end;
$$;

comment on function pgsync.protect_node(text, text)
is 'Says what requests of a node need at least: token, signed or sealed.';
