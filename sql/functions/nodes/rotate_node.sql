create or replace function pgsync.rotate_node(name text, keep_old_for interval default '7 days')
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_ended bigint;
begin
    perform pgsync.known_node(rotate_node.name);
    -- At most the newest before stays valid beside the one that comes.
    update pgsync.api_tokens as own
    set
        expires_at = least(own.expires_at, clock_timestamp() + greatest(keep_old_for, interval '1 second')),
        revoked_at = case when newest.place > 1 then clock_timestamp() end,
        revoked_by = case when newest.place > 1 then pgsync.actor() end
    from (
        select listed.id, row_number() over (order by listed.id desc) as place
        from pgsync.api_tokens as listed
        where listed.node = rotate_node.name and listed.revoked_at is null
    ) as newest
    where own.id = newest.id;
    get diagnostics v_ended = row_count;
    return v_ended;
end;
$$;

comment on function pgsync.rotate_node(text, interval)
is 'Lets the token of a node run out, before another one is created for it; returns how many there were.';
