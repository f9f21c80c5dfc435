create or replace function pgsync.add_node(
    name text,
    tables text[] default null,
    row_filter jsonb default null,
    protection text default 'token'
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tables regclass[];
begin
    if add_node.name = pgsync.own_name() then
        raise exception 'this system itself is called %', add_node.name using errcode = 'duplicate_object';
    end if;
    if add_node.tables is not null then
        v_tables := pgsync.exchanged_tables(null, add_node.tables);
    end if;
    insert into pgsync.nodes as own (name, tables, row_filter, protection, created_by)
    values (
        add_node.name, v_tables, nullif(add_node.row_filter, '{}'), add_node.protection, pgsync.actor()
    )
    on conflict on constraint nodes_pkey do nothing;
    if not found then
        raise exception 'there is a node % already', add_node.name
            using errcode = 'duplicate_object', hint = 'A new token for it: pgsync node rotate ' || add_node.name;
    end if;
end;
$$;

comment on function pgsync.add_node(text, text[], jsonb, text)
is 'Adds a system that may exchange records with this one, all tables that are exchanged or some.';
