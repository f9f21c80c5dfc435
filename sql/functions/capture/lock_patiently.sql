-- Creating a trigger waits for all who are writing, and who comes later waits behind it. So it asks for the
-- lock for a moment only and steps back in between, until it is lucky or out of patience: the application
-- never queues behind us for longer than that moment.
create or replace function pgsync.lock_patiently(
    source_table regclass,
    patience interval,
    alone boolean default false
)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set lock_timeout = '100ms'
as $$
declare
    v_end constant timestamptz := clock_timestamp() + patience;
    v_pause double precision := 0.05::double precision;
    v_has_turn boolean;
begin
    loop
        v_has_turn := false;
        begin
            -- Rights on a schema are one row of the catalog: only one may change it at a time, and none may
            -- wait for that with the table locked.
            perform pg_advisory_xact_lock(1886876531, 2 /* rights */);
            v_has_turn := true;
            execute format(
                'lock table %s in %s mode',
                source_table,
                case when alone then 'access exclusive' else 'share row exclusive' end
            );
            return;
        exception when lock_not_available then
            if clock_timestamp() >= v_end then
                raise exception 'gave up waiting for % after %',
                    case
                        when v_has_turn then 'a lock on ' || source_table
                        else 'another attach or detach to finish'
                    end,
                    patience
                    using errcode = 'lock_not_available',
                    detail = coalesce('It is held by ' || (
                        select string_agg(
                            format('process %s (%s, %s)', holder.pid, activity.usename, activity.state), ', '
                        )
                        from pg_catalog.pg_locks as holder
                        inner join pg_catalog.pg_stat_activity as activity on activity.pid = holder.pid
                        where case
                                when v_has_turn then holder.relation = lock_patiently.source_table
                                else (holder.locktype, holder.classid, holder.objid, holder.objsubid)
                                    = ('advisory', 1886876531, 2 /* rights */, 2)
                            end
                            and holder.granted
                            and holder.pid <> pg_backend_pid()
                            and holder.database = (
                                select own.oid
                                from pg_catalog.pg_database as own
                                where own.datname = current_database()
                            )
                    ) || '.', ''),
                    hint = case
                        when v_has_turn
                            then 'Try again when no long transaction is writing to the table, or wait longer.'
                        else 'Try again, or end that session: select pg_terminate_backend(process);'
                    end;
            end if;
        end;
        perform pg_sleep(v_pause);
        v_pause := least(v_pause * 1.5, 1.0::double precision);
    end loop;
end;
$$;

comment on function pgsync.lock_patiently(regclass, interval, boolean)
is 'Locks a table against writers, or exclusively, without making them queue behind the wait.';
