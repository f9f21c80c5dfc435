create or replace function pgsync.add_block(
    kind text,
    part bigint,
    keys text[],
    digests bytea[],
    since timestamptz default null,
    snapshot pg_snapshot default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_digests bytea[] := add_block.digests;
    v_block pgsync.audit_chain;
begin
    if array_position(v_digests, null) is not null then
        -- Rows of a table that the chain has not met before.
        perform pgsync.name_chained_table(unnamed.source_table)
        from (
            select distinct own.source_table
            from pgsync.chain_rows as own
            where own.kind = add_block.kind
                and own.id >= add_block.part << 14
                and own.id < (add_block.part + 1) << 14
                and own.source_table is not null
        ) as unnamed;
        v_digests := array(
            select own.digest
            from unnest(add_block.keys) with ordinality as listed (key, place)
            inner join pgsync.chain_part(add_block.kind, add_block.part) as own on listed.key = own.key
            order by listed.place
        );
    end if;

    select latest.seq, latest.head
    into v_block.seq, v_block.previous_head
    from pgsync.audit_chain as latest
    order by latest.seq desc
    limit 1;
    v_block.seq := coalesce(v_block.seq, 0) + 1;
    v_block.kind := add_block.kind;
    v_block.part := add_block.part;
    v_block.row_count := cardinality(add_block.keys);
    v_block.keys := add_block.keys;
    v_block.digests := v_digests;
    v_block.list_digest := sha256(convert_to(pgsync.chain_list(add_block.keys, v_digests), 'UTF8'));
    v_block.since := add_block.since;
    v_block.snapshot := add_block.snapshot;
    v_block.system_identifier := (select control.system_identifier from pg_control_system() as control);
    v_block.chained_at := clock_timestamp();
    v_block.chained_by := session_user::text;
    v_block.head := pgsync.chain_head(v_block);
    insert into pgsync.audit_chain values (v_block.*);
    return v_block.row_count::bigint;
end;
$$;

comment on function pgsync.add_block(text, bigint, text[], bytea[], timestamptz, pg_snapshot)
is 'Appends a block to the chain; returns how many rows it has.';
