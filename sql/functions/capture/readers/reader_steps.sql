create or replace function pgsync.reader_steps(reader name)
returns text[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array(select made.statement from pgsync.reader_text(reader_steps.reader) as made (statement)) || array[
    format('revoke all on function pgsync_read.%I(oid, boolean, jsonb, text[], jsonb, bigint) from public', reader_steps.reader),
    format('revoke all on function pgsync_read.%I(oid, record) from public', reader_steps.reader),
    format(
        'grant execute on function pgsync_read.%I(oid, boolean, jsonb, text[], jsonb, bigint) to %I',
        reader_steps.reader,
        pgsync.capture_role()
    ),
    format(
        'grant execute on function pgsync_read.%I(oid, record) to %I', reader_steps.reader, pgsync.capture_role()
    )
];
$$;

comment on function pgsync.reader_steps(name)
is 'The statements by which a table owner creates a reader and lets capture use it; part of attach.';
