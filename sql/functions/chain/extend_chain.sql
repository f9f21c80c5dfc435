create or replace function pgsync.extend_chain(row_limit integer default 50000)
returns table (rows_chained bigint, has_more boolean, seq bigint, head bytea, lag_seconds double precision)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_kind text;
    v_count bigint := 0::bigint;
    v_rows bigint;
    v_more boolean := false;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the chain is extended in read committed, not in % transactions',
            current_setting('transaction_isolation')
            using errcode = 'invalid_transaction_state';
    end if;
    if extend_chain.row_limit is null or extend_chain.row_limit < 1 then
        raise exception 'the limit must be positive' using errcode = 'invalid_parameter_value';
    end if;
    -- One at a time.
    perform from pgsync.chain_kinds as own order by own.place for update;
    for v_kind in select own.kind from pgsync.chain_kinds as own order by own.place loop
        if v_count >= extend_chain.row_limit then
            v_more := true;
            exit;
        end if;
        v_rows := pgsync.extend_kind(v_kind, extend_chain.row_limit - v_count::integer);
        exit when v_rows is null;
        v_count := v_count + v_rows;
    end loop;
    update pgsync.chain_total as total
    set seq = reached.seq, row_count = reached.row_count
    from pgsync.chain_length() as reached
    where reached.seq > total.seq;
    return query
    select
        v_count,
        v_more or state.is_behind,
        coalesce(latest.seq, 0),
        latest.head,
        extract(epoch from clock_timestamp() - state.boundary_at)::double precision
    from (
        select
            bool_or(own.target is not null or own.survey_part is not null or own.boundary_at is null) as is_behind,
            case when bool_and(own.boundary_at is not null) then min(own.boundary_at) end as boundary_at
        from pgsync.chain_kinds as own
    ) as state
    left join lateral (
        select block.seq, block.head
        from pgsync.audit_chain as block
        order by block.seq desc
        limit 1
    ) as latest on true;
end;
$$;

comment on function pgsync.extend_chain(integer)
is 'Chains the next rows, about so many; returns how many, whether there is more, the head, and the lag.';
