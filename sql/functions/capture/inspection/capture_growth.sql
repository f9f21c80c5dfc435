-- A write that no trigger saw still counts in the statistics of the table. These also count what was rolled
-- back and updates that changed nothing, so more writes than changes are only a reason to check further:
--
-- - Was a trigger touched since? Then this is what was written meanwhile.
-- - If not, do the rows that live tell of it? Only what committed counts among them, so their growth is what
--   was created less what was deleted. Statistics come seconds late: it is asked only of a table that rests
--   now, as it did when counting began. An update that no trigger saw, with no trigger touched, is not told
--   from one that changed nothing.
--
-- A key that changed counts as one update there and as the end of one record and the beginning of another
-- here, so deletes that the statistics do not know stand for as many updates, which may hide another write.
-- The statistics are read first: whatever they count has committed, so a later snapshot shows its changes.
create or replace function pgsync.capture_growth(settling interval default '15 seconds')
returns table (
    source_table regclass,
    written jsonb,
    captured jsonb,
    unexplained bigint
)
language plpgsql
volatile
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source record;
    v_now record;
    v_seen record;
    v_creates bigint;
    v_updates bigint;
    v_deletes bigint;
    v_net bigint;
begin
    for v_source in
        select source.source_table, source.actions, source.counted
        from pgsync.sources as source
        where source.attached
            and source.counted ? 'triggers'
            and exists (select from pg_catalog.pg_class as relation where relation.oid = source.source_table)
    loop
        select totals.* into v_now from pgsync.table_growth(v_source.source_table) as totals;
        v_creates := v_now.creates - (v_source.counted ->> 'create')::bigint;
        v_updates := v_now.updates - (v_source.counted ->> 'update')::bigint;
        v_deletes := v_now.deletes - (v_source.counted ->> 'delete')::bigint;
        select
            count(*) filter (where log.action = 'create') as creates,
            count(*) filter (where log.action = 'update') as updates,
            count(*) filter (where log.action = 'delete') as deletes,
            count(*) filter (where log.action = 'truncate') as truncates,
            count(*) filter (where log.captured_at > clock_timestamp() - capture_growth.settling) as recent
        into v_seen
        from pgsync.sync_logs as log
        where log.source_table = v_source.source_table
            and log.snapshot is null
            and log.id > (v_source.counted ->> 'log_id')::bigint;

        source_table := v_source.source_table;
        written := jsonb_build_object('create', v_creates, 'update', v_updates, 'delete', v_deletes);
        captured := jsonb_build_object(
            'create', v_seen.creates, 'update', v_seen.updates, 'delete', v_seen.deletes
        );
        v_creates := case when 'create' = any(v_source.actions) then greatest(v_creates - v_seen.creates, 0) else 0 end;
        v_updates := case
            when 'update' = any(v_source.actions)
                then greatest(v_updates - v_seen.updates - greatest(v_seen.deletes - v_deletes, 0), 0)
            else 0
        end;
        v_deletes := case when 'delete' = any(v_source.actions) then greatest(v_deletes - v_seen.deletes, 0) else 0 end;

        if v_source.counted ->> 'triggers' is distinct from pgsync.trigger_fingerprint(v_source.source_table) then
            unexplained := v_creates + v_updates + v_deletes;
        elsif v_source.counted @> '{"rested": true}'
            and v_seen.recent + v_seen.truncates = 0
            and v_now.cleanings = (v_source.counted ->> 'cleanings')::bigint
            and v_source.actions @> '{create,delete}'
        then
            v_net := v_now.live - (v_source.counted ->> 'live')::bigint - v_seen.creates + v_seen.deletes;
            unexplained := case when v_net > 0 then least(v_net, v_creates) else least(-v_net, v_deletes) end;
        else
            unexplained := 0;
        end if;
        return next;
    end loop;
end;
$$;

comment on function pgsync.capture_growth(interval)
is 'How much each table has grown since remember_growth, how much of it was captured, and what was not.';
