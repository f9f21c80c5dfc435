create or replace function pgsync.begin_exchange(endpoint text)
returns table (
    node_name text,
    tables text[],
    incarnation text,
    next_page text,
    sequence bigint,
    is_resyncing boolean,
    has_unanswered boolean
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_master constant pgsync.masters := pgsync.known_master(begin_exchange.endpoint);
begin
    update pgsync.masters as own
    set status = 'syncing', updated_at = clock_timestamp()
    where own.endpoint = v_master.endpoint;
    return query
    select
        v_master.node_name,
        array(select synced.name from pgsync.synced_tables(v_master.tables) as synced order by synced.place),
        v_master.incarnation,
        v_master.next_page,
        v_master.sequence,
        v_master.is_resyncing,
        v_master.unanswered is not null;
end;
$$;

comment on function pgsync.begin_exchange(text)
is 'Begins an exchange with a master; how far the one before came.';
