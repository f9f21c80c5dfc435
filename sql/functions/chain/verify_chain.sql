create or replace function pgsync.verify_chain(since timestamptz default null)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_from bigint := 1::bigint;
    v_last pgsync.audit_chain;
    v_id bigint;
begin
    select block.* into v_last from pgsync.audit_chain as block order by block.seq desc limit 1;
    if verify_chain.since is not null then
        select coalesce(min(block.seq), v_last.seq + 1, 1)
        into v_from
        from pgsync.audit_chain as block
        where block.chained_at >= verify_chain.since;
    end if;
    insert into pgsync.chain_verifications (from_seq, to_seq, head, next_seq, next_kind)
    values (
        v_from,
        coalesce(v_last.seq, 0),
        v_last.head,
        v_from,
        (select known.kind from pgsync.chain_kinds as known order by known.place limit 1)
    )
    returning id into v_id;
    return v_id;
end;
$$;

comment on function pgsync.verify_chain(timestamptz)
is 'Begins to verify the chain, whole or the blocks since a time; returns the number for verify_chain_step.';
