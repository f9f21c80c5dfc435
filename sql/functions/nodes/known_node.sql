create or replace function pgsync.known_node(node text)
returns pgsync.nodes
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_node pgsync.nodes;
begin
    select own.* into v_node from pgsync.nodes as own where own.name = known_node.node;
    if not found then
        raise exception 'there is no node %', known_node.node
            using errcode = 'undefined_object', hint = 'pgsync node list shows all; pgsync node add makes one.';
    end if;
    return v_node;
end;
$$;

comment on function pgsync.known_node(text) is 'The node of this name; an error if there is none.';
