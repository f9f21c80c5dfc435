-- Rows of the transactions that are visible in the target but not in the boundary: each exactly once, in
-- whatever order they commit, and without waiting for transactions still open. Those of the audit log
-- are found by time, from the watermark on; entries and acts by the numbers of their transactions. A step
-- that ends at its limit leaves the target and how far it came.
create or replace function pgsync.extend_stream(kind text, row_limit integer)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set jit = off
as $$
declare
    v_kind pgsync.chain_kinds;
    v_group record;
    v_span record;
    v_count bigint := 0::bigint;
    v_found bigint;
    v_until timestamptz;
    v_width interval := interval '5 minutes';
begin
    select own.* into v_kind from pgsync.chain_kinds as own where own.kind = extend_stream.kind;
    if v_kind.target is null then
        v_kind.target_at := clock_timestamp();
        -- Taken later than that; each later statement sees what it includes.
        select pgsync.running_snapshot() into v_kind.target;
        v_kind.reached_at := pgsync.chain_watermark(v_kind);
        v_kind.reached_xid := null;
        v_kind.reached_key := '';
    end if;

    if v_kind.kind = 'audit' then
        while v_count < extend_stream.row_limit and v_kind.reached_at < 'infinity' loop
            v_until := case
                when v_kind.reached_at + v_width > v_kind.target_at then 'infinity' else v_kind.reached_at + v_width
            end;
            v_found := 0::bigint;
            for v_group in
                with chunk as materialized (
                    select own.id, own.key, own.at, own.content
                    from pgsync.chain_rows as own
                    where own.kind = 'audit'
                        and own.at >= v_kind.reached_at
                        and own.at < v_until
                        and (own.at > v_kind.reached_at or own.key collate "C" > v_kind.reached_key)
                        and not pg_visible_in_snapshot(own.xid, v_kind.boundary)
                        and pg_visible_in_snapshot(own.xid, v_kind.target)
                    order by own.at, own.key collate "C"
                    limit extend_stream.row_limit - v_count
                )

                select
                    chunk.id >> 14 as part,
                    array_agg(chunk.key order by chunk.id, chunk.key) as keys,
                    array_agg(sha256(convert_to(chunk.content, 'UTF8')) order by chunk.id, chunk.key) as digests,
                    last.at,
                    last.key
                from chunk
                cross join (
                    select final.at, final.key
                    from chunk as final
                    order by final.at desc, final.key collate "C" desc
                    limit 1
                ) as last
                group by 1, last.at, last.key
                order by 1
            loop
                v_found := v_found + pgsync.add_block(
                    v_kind.kind, v_group.part, v_group.keys, v_group.digests, v_kind.boundary_at, v_kind.target
                );
            end loop;
            v_count := v_count + v_found;
            if v_count >= extend_stream.row_limit then
                v_kind.reached_at := v_group.at;
                v_kind.reached_key := v_group.key;
            else
                v_kind.reached_at := v_until;
                v_kind.reached_key := '';
                v_width := case when v_found = 0 then v_width * 2 else v_width end;
            end if;
        end loop;
    else
        -- First those that were in flight at the boundary, then those numbered after it.
        for v_span in
            select flying.xid as low, flying.xid as high
            from pg_snapshot_xip(v_kind.boundary) as flying (xid)
            where pg_visible_in_snapshot(flying.xid, v_kind.target)
            union all
            select pg_snapshot_xmax(v_kind.boundary), pg_snapshot_xmax(v_kind.target)
            order by 1
        loop
            exit when v_count >= extend_stream.row_limit;
            continue when v_kind.reached_xid > v_span.high;
            for v_group in
                with chunk as materialized (
                    select own.id, own.key, own.xid, own.content
                    from pgsync.chain_rows as own
                    where own.kind = v_kind.kind
                        and own.xid >= v_span.low
                        and own.xid <= v_span.high
                        and own.xid >= coalesce(v_kind.reached_xid, v_span.low)
                        and (v_kind.reached_xid is null or own.xid > v_kind.reached_xid or own.id > v_kind.reached_key::bigint)
                        and own.id > coalesce(v_kind.surveyed_through, 0)
                        and pg_visible_in_snapshot(own.xid, v_kind.target)
                    order by own.xid, own.id
                    limit extend_stream.row_limit - v_count
                )

                select
                    chunk.id >> 14 as part,
                    array_agg(chunk.key order by chunk.id) as keys,
                    array_agg(sha256(convert_to(chunk.content, 'UTF8')) order by chunk.id) as digests,
                    last.xid,
                    last.key
                from chunk
                cross join (
                    select final.xid, final.key
                    from chunk as final
                    order by final.xid desc, final.id desc
                    limit 1
                ) as last
                group by 1, last.xid, last.key
                order by 1
            loop
                v_count := v_count + pgsync.add_block(
                    v_kind.kind, v_group.part, v_group.keys, v_group.digests, v_kind.boundary_at, v_kind.target
                );
                v_kind.reached_xid := v_group.xid;
                v_kind.reached_key := v_group.key;
            end loop;
        end loop;
    end if;

    if v_count < extend_stream.row_limit then
        -- The marks that no watermark can need any more go, and if there are many, every second one.
        select
            array_agg(mark.xid order by mark.xid),
            array_agg(mark.at order by mark.xid)
        into v_kind.mark_xids, v_kind.mark_times
        from (
            select
                every.xid,
                every.at,
                row_number() over (order by every.xid) as place,
                count(*) over () as count,
                lead(every.xid) over (order by every.xid) as next_xid
            from (
                select known.xid, known.at
                from unnest(v_kind.mark_xids, v_kind.mark_times) as known (xid, at)
                union all
                select pg_snapshot_xmax(v_kind.target), v_kind.target_at
            ) as every
        ) as mark
        where (mark.next_xid is null or mark.next_xid > pg_snapshot_xmin(v_kind.target))
            and (mark.count < 200 or mark.place % 2 = 1 or mark.next_xid is null);
        v_kind.boundary := v_kind.target;
        v_kind.boundary_at := v_kind.target_at;
        v_kind.target := null;
        v_kind.target_at := null;
    end if;
    update pgsync.chain_kinds as own
    set
        boundary = v_kind.boundary,
        boundary_at = v_kind.boundary_at,
        target = v_kind.target,
        target_at = v_kind.target_at,
        reached_at = v_kind.reached_at,
        reached_xid = v_kind.reached_xid,
        reached_key = v_kind.reached_key,
        mark_xids = v_kind.mark_xids,
        mark_times = v_kind.mark_times
    where own.kind = v_kind.kind;
    return v_count;
end;
$$;

comment on function pgsync.extend_stream(text, integer)
is 'Chains the rows that became visible since the last time, so many at most; returns how many.';
