-- Code of a table's owner runs while his rows are read, as him. It must leave nothing behind that would run
-- as whoever commits, or change what runs next: no work for a deferred trigger, no cursor that is held, no
-- setting. So it runs in a subtransaction that only reads and is always rolled back; variables keep what was
-- read. A rollback leaves two things: advisory locks of the session, which could stop posting, and prepared
-- statements, under names that the session may use next. Both are taken away, the locks before anything that
-- could be cancelled. Cursors and locks that he could use or let go of must not be there. Locks of jobs that
-- the session runs may: he can use them for nothing, and they are put back; meanwhile the transaction has
-- them. While he runs, the session shares a lock that says so: see foreign_locks.
create or replace function pgsync.read_piece(
    function_name text,
    record_ids text[],
    after_key jsonb,
    row_limit bigint,
    out snapshot pg_snapshot,
    out found_ids text[],
    out images jsonb[],
    out last_key jsonb
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The text is put together with %I.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_is_read boolean := false;
    v_jobs constant integer[] := pgsync.held_jobs();
begin
    if exists (select from pg_catalog.pg_cursors as cursor where cursor.name <> '') then
        raise exception 'this session has open cursors, and code of a table''s owner could fetch from them'
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'Read the table in a session without open cursors, and outside of loops over queries.';
    elsif exists (
        select
        from pg_catalog.pg_locks as held
        where held.pid = pg_backend_pid()
            and held.locktype = 'advisory'
            and (held.objsubid <> 2 or held.classid not in (1886876534 /* nesting */, 1886876531))
            and (held.objsubid, held.classid, held.mode) <> (2, 1886876535 /* jobs */, 'ShareLock')
    ) then
        raise exception 'this session holds advisory locks, and code of a table''s owner could release them'
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'Read the table in another session, or in a transaction of its own.';
    end if;
    -- Nobody can hold up a reading by it: without it the session is only not recognised.
    perform pg_try_advisory_xact_lock_shared(1886876531, 5 /* reading */);
    perform pg_try_advisory_xact_lock_shared(1886876535 /* jobs */, held.job) from unnest(v_jobs) as held (job);
    begin
        perform set_config('transaction_read_only', 'on', true);
        execute format(
            'select pg_current_snapshot(), array_agg(read.record_id), array_agg(read.image), '
            '(array_agg(read.key))[count(*)] from pgsync.%I($1, $2, $3) as read',
            function_name
        )
        into snapshot, found_ids, images, last_key
        using record_ids, after_key, row_limit;
        v_is_read := true;
        raise exception 'what was done meanwhile is undone';
    exception when query_canceled or assert_failure or others then
        perform pg_advisory_unlock_all();
        perform pg_try_advisory_lock_shared(1886876535 /* jobs */, held.job) from unnest(v_jobs) as held (job);
        perform pgsync.forget_prepared();
        if not v_is_read or sqlstate = '57014' then
            -- His code chooses the text, and how long it is.
            raise exception using errcode = sqlstate, message = left(sqlerrm, 1000);
        end if;
    end;
end;
$$;

comment on function pgsync.read_piece(text, text[], jsonb, bigint)
is 'Reads rows of a source with the function made for it, and the snapshot they were read in.';
