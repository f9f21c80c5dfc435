-- Code of a table's owner runs while his rows are read, as him. It must leave nothing behind that would run
-- as whoever commits, or change what runs next: no work for a deferred trigger, no cursor that is held, no
-- setting. So it runs in a subtransaction that only reads and is always rolled back; variables keep what was
-- read.
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
begin
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
    exception when others then
        if not v_is_read then
            raise;
        end if;
    end;
end;
$$;

comment on function pgsync.read_piece(text, text[], jsonb, bigint)
is 'Reads rows of a source by the function made for that, with the snapshot they were read in.';
