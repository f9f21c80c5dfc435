create or replace function pgsync.acknowledge_exchange(
    node text,
    told_at timestamptz,
    status text,
    message text default null,
    page_cursor text default null,
    checksums jsonb default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_node constant pgsync.nodes := pgsync.known_node(acknowledge_exchange.node);
    v_place jsonb;
    v_tick bigint;
    v_compared regclass[];
    v_diverged_tables regclass[];
    v_diverged text[];
begin
    if acknowledge_exchange.status not in ('success', 'partial', 'failed') then
        raise exception 'status is success, partial or failed' using errcode = 'invalid_parameter_value';
    end if;
    if page_cursor is not null then
        v_place := pgsync.place_of_cursor(page_cursor);
        v_tick := (v_place ->> 'a')::bigint;
    elsif acknowledge_exchange.status = 'success' then
        v_tick := (
            select max(tick.id)
            from pgsync.ticks as tick
            cross join pgsync.version_fold as fold
            where tick.taken_at <= told_at and tick.id <= fold.folded_through
        );
    end if;
    -- What tells nothing new is noted every quarter of an hour, so that idle nodes write next to nothing.
    update pgsync.nodes as own
    set
        acknowledged_tick = greatest(
            own.acknowledged_tick, case when acknowledge_exchange.status <> 'failed' then v_tick end
        ),
        acknowledged_at = clock_timestamp(),
        status = acknowledge_exchange.status,
        last_synced_at = case
            when acknowledge_exchange.status = 'success' then clock_timestamp()
            else own.last_synced_at
        end,
        last_error = case
            when acknowledge_exchange.status <> 'success' then left(acknowledge_exchange.message, 1000)
        end,
        retry_count = case when acknowledge_exchange.status = 'failed' then own.retry_count + 1 else 0 end,
        must_resync = own.must_resync and (v_place ->> 'l')::integer is distinct from own.resync_number,
        resync_reason = case
            when (v_place ->> 'l')::integer is distinct from own.resync_number then own.resync_reason
        end,
        seen_at = clock_timestamp(),
        updated_at = clock_timestamp()
    where own.name = v_node.name
        and (
            own.status <> 'success'
            or acknowledge_exchange.status <> 'success'
            or own.must_resync
            or v_tick > own.acknowledged_tick
            or least(own.last_synced_at, own.seen_at) < clock_timestamp() - interval '15 minutes'
        );

    -- Sums are only those of the same moment while nothing has changed since.
    select
        array_agg(synced.source_table),
        array_agg(synced.source_table) filter (where told.differs),
        array_agg(synced.name order by synced.name) filter (where told.differs)
    into v_compared, v_diverged_tables, v_diverged
    from pgsync.synced_tables(v_node.tables) as synced
    cross join lateral pgsync.version_sum(synced.source_table) as own
    cross join lateral (
        select (own.records, own.checksum) is distinct from (
            (checksums -> synced.name ->> 'count')::bigint, checksums -> synced.name ->> 'sum'
        ) as differs
    ) as told
    where checksums ? synced.name
        and v_node.row_filter is null
        and v_tick is not null
        and not exists (
            select
            from pgsync.record_versions as later
            where later.source_table = synced.source_table and later.tick > v_tick
        )
        and not pgsync.fold_is_due();
    -- What could not be compared this time stays as it was.
    update pgsync.nodes as own
    set
        diverged_tables = found.tables,
        diverged_at = case when found.tables <> '{}' then coalesce(own.diverged_at, clock_timestamp()) end
    from (
        select array(
            select was.source_table
            from unnest(v_node.diverged_tables) as was (source_table)
            where was.source_table <> all(coalesce(v_compared, '{}'))
            union
            select unnest(v_diverged_tables)
        ) as tables
    ) as found
    where own.name = v_node.name and own.diverged_tables <> found.tables;
    return jsonb_build_object(
        'status', 'acknowledged', 'diverged', coalesce(to_jsonb(v_diverged), '[]'),
        'timestamp', pgsync.utc_text(clock_timestamp())
    );
end;
$$;

comment on function pgsync.acknowledge_exchange(text, timestamptz, text, text, text, jsonb)
is 'Notes how an exchange with a node ended, and what it has; returns the tables in which it differs.';
