-- Code of a table's owner runs while his rows are read, as him. In a subtransaction that only reads it can
-- leave no work for a deferred trigger, which would run as whoever commits; and the search path, which it may
-- have set for the rest of the transaction, is set again before anything else.
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
    exception when others then
        raise;
    end;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pgsync, pg_temp', true);
end;
$$;

comment on function pgsync.read_piece(text, text[], jsonb, bigint)
is 'Reads rows of a source by the function made for that, with the snapshot they were read in.';
