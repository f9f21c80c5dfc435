-- A worker holds its lock before its row says that it is running. Rows of workers that ended long ago are
-- removed on the way.
create or replace function pgsync.find_lost_workers(own_id integer default null)
returns setof pgsync.sync_workers
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_patience constant interval := make_interval(
        secs => greatest(10 * pgsync.configuration_number('worker_heartbeat_seconds'), 30)::double precision
    );
begin
    delete from pgsync.sync_workers as worker
    where worker.state <> 'running'
        and worker.stopped_at < now() - make_interval(
            days => pgsync.configuration_integer('retention_days')::integer
        );

    return query
    update pgsync.sync_workers as worker
    set state = 'lost', stopped_at = clock_timestamp()
    where worker.id in (
            select silent.id
            from pgsync.sync_workers as silent
            where silent.state = 'running'
                and silent.id is distinct from find_lost_workers.own_id
                and case silent.lives_by
                    when 'lock' then not pgsync.holds_its_lock(silent.id)
                    else silent.heartbeat_at < clock_timestamp() - v_patience
                end
            for update skip locked
        )
    returning worker.*;
end;
$$;

comment on function pgsync.find_lost_workers(integer)
is 'Marks workers that stopped without shutting down as lost, and returns them.';
