create or replace function pgsync.add_anchor(kind text, destination text, seq bigint, head bytea)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_before bigint;
    v_id bigint;
begin
    if not exists (
        select from pgsync.audit_chain as block where block.seq = add_anchor.seq and block.head = add_anchor.head
    ) then
        raise exception 'block % does not have this head', add_anchor.seq
            using errcode = 'invalid_parameter_value';
    end if;
    select anchor.seq
    into v_before
    from pgsync.chain_anchors as anchor
    where anchor.kind = add_anchor.kind and anchor.destination = add_anchor.destination
    order by anchor.id desc
    limit 1;
    if v_before > add_anchor.seq then
        raise exception 'block % is anchored at % already, which is after block %',
            v_before, add_anchor.destination, add_anchor.seq
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into pgsync.chain_anchors (kind, destination, seq, head, row_count)
    select add_anchor.kind, add_anchor.destination, add_anchor.seq, add_anchor.head, sum(block.row_count)
    from pgsync.audit_chain as block
    where block.seq <= add_anchor.seq
    returning id into v_id;
    return v_id;
end;
$$;

comment on function pgsync.add_anchor(text, text, bigint, bytea)
is 'Records that a head of the chain was written to a place outside; never an earlier one than before.';
