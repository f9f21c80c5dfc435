-- Runs as the owner, because it reads no images. What has failed is read by kind, each in the order of the
-- page, so that a few among many cost what is shown of them. What the index of kinds does not have, which is
-- above all what has not failed, is read in the order of ids.
create or replace function pgsync.queue_page(
    state text,
    source regclass,
    error_class text,
    record_id text,
    captured_before timestamptz,
    place bigint,
    is_backward boolean,
    most integer
)
returns setof bigint
language plpgsql
stable
security definer
rows 50
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set max_parallel_workers_per_gather = 0
set jit = off
as $$
    -- The statement is made of constants of this function alone.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_order constant text := format(
        'order by queue.log_id %s limit $8', case when is_backward then 'asc' else 'desc' end
    );
    v_log constant text := 'cross join lateral ('
        || 'select own.source_table, own.record_id, own.captured_at from pgsync.sync_logs as own '
        || 'where own.id = queue.log_id offset 0) as log';
    v_class constant text := case
        when right(error_class, 2) = '.*' then 'starts_with(%s.error_class, left($3, -1))'
        when error_class is not null then '%s.error_class = $3'
        else 'true'
    end;
    v_wanted constant text := concat_ws(
        ' and ',
        case when is_backward then 'queue.log_id > coalesce($6, 0)' when place is not null then 'queue.log_id < $6' end,
        case
            when state = 'dead' then 'queue.sync_status = ''failed'''
            when state is not null
                then '$1 = pgsync.waiting_state('
                || 'queue.sync_status, queue.locked_at, queue.scheduled_at, source.paused_at is not null)'
        end,
        -- What the queue alone says of a state, which saves looking the rest up.
        case state
            when 'working' then '(queue.sync_status = ''syncing'' or queue.locked_at is not null)'
            when 'scheduled' then 'queue.scheduled_at > now()'
        end,
        case when record_id is not null then 'log.record_id = $4' end,
        case when captured_before is not null then 'queue.log_id <= $9 and log.captured_at < $5' end,
        'true'
    );
    v_by_id constant text := concat_ws(
        ' ',
        'select queue.log_id from pgsync.sync_queue as queue', v_log,
        'left join pgsync.sources as source on source.source_table = log.source_table',
        'where ($2 is null or log.source_table = $2) and', format(v_class, 'queue'), 'and', v_wanted, 'and %s', v_order
    );
    v_parts constant text[] := case
        -- Of one record there are few, which a hash finds, or its slot.
        when record_id is not null then array[
            format(v_by_id, 'queue.error_class is not null and queue.record_hash = hashtext($4)'),
            format(v_by_id, 'queue.error_class is null and queue.slot = pgsync.slot_of($4)')
        ]
        else array[
            concat_ws(
                ' ',
                'select own.log_id from pgsync.failed_kinds() as kind',
                'left join pgsync.sources as source on source.source_table = kind.source_table',
                'cross join lateral (select queue.log_id from pgsync.sync_queue as queue',
                case when captured_before is not null then v_log end,
                'where queue.source_table = kind.source_table and queue.error_class = kind.error_class',
                'and queue.sync_status = kind.sync_status and', v_wanted, v_order,
                ') as own where ($2 is null or kind.source_table = $2) and', format(v_class, 'kind'),
                'and ($1 is null or (kind.sync_status = ''failed'') = ($1 = ''dead''))'
            ),
            format(
                v_by_id,
                case
                    when state = 'dead' or error_class is not null
                        then '(queue.sync_status = ''failed'' or queue.error_class is not null) and '
                    else ''
                end
                || '(queue.source_table is null or queue.error_class is null)'
            )
        ]
    end;
begin
    return query execute format(
        'select queue.log_id from ((%s) union all (%s)) as queue %s', v_parts[1], v_parts[2], v_order
    )
    using state, source, error_class, record_id, captured_before, place, is_backward, most,
        case when captured_before is not null then pgsync.last_id_before(captured_before) end;
end;
$$;

comment on function pgsync.queue_page(text, regclass, text, text, timestamptz, bigint, boolean, integer)
is 'A page of unfinished changes, newest first: beyond a place, of a state, table, class, record, or age.';
