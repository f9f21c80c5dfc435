-- What we may not see about another session stays null.
create or replace function pgsync.foreign_locks()
returns table (
    pid integer,
    role_name text,
    application_name text,
    since timestamptz,
    lock_name text,
    locks bigint,
    consequence text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_sharing text[];
begin
    -- A writer to an attached table shares the doorbell from then to the end of its transaction, and has a
    -- lock on the table before and as long. Locks are not all read at one moment, so it must share the
    -- doorbell both before and after its lock on a table was looked for in vain.
    v_sharing := array(
        select coalesce(own.pid::text, own.virtualtransaction)
        from pg_catalog.pg_locks as own
        inner join pg_catalog.pg_database as here on own.database = here.oid and here.datname = current_database()
        where own.locktype = 'advisory'
            and (own.classid, own.objid, own.objsubid) = (1886876531, 1, 2)
            and own.mode = 'ShareLock'
            and own.granted
    );
    if v_sharing <> '{}' then
        v_sharing := array(
            select sharing.session
            from unnest(v_sharing) as sharing (session)
            where not exists (
                select
                from pg_catalog.pg_locks as own
                inner join pg_catalog.pg_database as here
                    on own.database = here.oid and here.datname = current_database()
                left join pgsync.sources as source
                    on own.relation = source.source_table or own.relation = any(source.parts)
                where coalesce(own.pid::text, own.virtualtransaction) = sharing.session
                    and own.locktype = 'relation'
                    and own.granted
                    and own.mode not in ('AccessShareLock', 'RowShareLock')
                    and (own.relation = 'pgsync.sync_logs'::regclass or source.source_table is not null)
            )
        );
    end if;

    return query
    with held as materialized (
        select
            own.pid,
            own.classid::bigint as lock_class,
            case when own.classid in (1886876531, 28775) then own.objid::bigint end as lock_number,
            count(*) as locks
        from pg_catalog.pg_locks as own
        inner join pg_catalog.pg_database as here on own.database = here.oid and here.datname = current_database()
        where own.locktype = 'advisory'
            and (
                (own.classid in (1886876531, 1886876532, 1886876533, 1886876535) and own.objsubid = 2)
                or (own.classid, own.objid, own.objsubid) = (28775, 1937337955, 1)
            )
            and own.granted
            and (
                own.mode = 'ExclusiveLock'
                or (
                    (own.classid, own.objid) not in ((1886876531, 1), (1886876531, 5))
                    -- Shared by a stranger, it neither counts nor hinders.
                    and own.classid <> 1886876535
                )
                or coalesce(own.pid::text, own.virtualtransaction) = any(v_sharing)
            )
        group by own.pid, lock_class, lock_number
    ),

    -- Code of a table's owner runs in the session that reads the table; posters never read one.
    reading as (
        select own.pid
        from pg_catalog.pg_locks as own
        inner join pg_catalog.pg_database as here on own.database = here.oid and here.datname = current_database()
        where own.locktype = 'advisory'
            and (own.classid, own.objid, own.objsubid) = (1886876531, 5, 2)
            and own.mode = 'ShareLock'
            and own.granted
    )

    select
        held.pid,
        role.rolname::text,
        case
            when held.pid is null then 'a prepared transaction'
            when reading.pid is not null then 'code of the owner of a table being read'
            else nullif(activity.application_name, '')
        end,
        coalesce(activity.xact_start, activity.backend_start),
        known.lock_name,
        held.locks,
        known.consequence
    from held
    inner join (
        values
        (1886876531, 1, 'doorbell', 'workers are not woken and only poll'),
        (1886876531, 2, 'rights', 'tables cannot be attached, detached or renewed'),
        (1886876531, 3, 'ticks', 'pgsync.tick() waits'),
        (1886876531, 4, 'leader', 'no worker can lead: capture is not inspected and balances are not summed'),
        (1886876531, 5, 'reading', 'it no longer shows who reads attached tables'),
        (1886876531, 6, 'ranges', 'no range of ids is made or dropped'),
        (28775, 1937337955, 'migration', 'pgsync migrate waits'),
        (1886876532, null, 'slots', 'changes in these slots are not posted'),
        (1886876533, null, 'workers', 'workers with these numbers are judged by their heartbeat alone'),
        (1886876535, null, 'jobs', 'jobs with these numbers cannot begin, or count as interrupted')
    ) as known (lock_class, lock_number, lock_name, consequence)
        on held.lock_class = known.lock_class and held.lock_number is not distinct from known.lock_number
    left join pg_catalog.pg_stat_activity as activity on held.pid = activity.pid
    left join pg_catalog.pg_roles as role on activity.usesysid = role.oid
    left join reading on held.pid = reading.pid
    -- A session that has just begun or ended may have locks and no activity: nobody can say whose it is.
    where (held.pid is null or activity.pid is not null)
        and (
            not pgsync.may_hold(activity.usesysid, held.lock_class, held.lock_number)
            or (reading.pid is not null and (held.lock_class, held.lock_number) <> (1886876531, 1))
        )
    order by known.lock_name, held.pid;
end;
$$;

comment on function pgsync.foreign_locks()
is 'Sessions that hold locks of pgsync but are not part of it, and what that stops; none when all is well.';
