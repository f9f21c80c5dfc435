-- Code of a table's owner runs while his rows are read, as him. It must leave nothing behind that would run
-- as whoever commits, or change what runs next: no work for a deferred trigger, no cursor that is held, no
-- setting. So it runs in a subtransaction that only reads and is always rolled back; variables keep what was
-- read. What a rollback leaves is taken away after it: see forget_reading. The caller may have no cursor, for
-- any code can fetch from it. While all this runs, the session shares a lock that says so: see foreign_locks.
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
    v_is_locked boolean;
    v_locks text[];
begin
    perform pg_advisory_xact_lock_shared(1886876531, 5 /* reading */);
    v_locks := pgsync.own_locks();
    if exists (
        select
        from pg_catalog.pg_cursors as cursor
        where cursor.name not like '<unnamed portal %' and cursor.statement <> current_query()
    )
    then
        raise exception 'this session has open cursors, which code of a table''s owner could fetch from'
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'Close them, or read the table in another session.';
    end if;
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
    exception when query_canceled or others then
        v_is_locked := pgsync.forget_reading(v_locks);
        if not v_is_read or sqlstate = '57014' then
            raise;
        end if;
    end;
    if v_is_locked then
        raise exception 'code of the table''s owner took advisory locks while its rows were read'
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'Look at its policies, types, and expressions of indexes.';
    end if;
end;
$$;

comment on function pgsync.read_piece(text, text[], jsonb, bigint)
is 'Reads rows of a source by the function made for that, with the snapshot they were read in.';
