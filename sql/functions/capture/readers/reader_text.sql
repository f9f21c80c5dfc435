-- A reader belongs to the owner of tables and runs as him, so that whatever comes with his tables (policies,
-- casts, domains, index expressions) runs as nobody else. He may alter it, and with it what is captured of
-- his own tables; its body he cannot change. Should he have it run as its caller, the first thing it does,
-- before anything of his is touched, is to notice. With row_security off it sees all rows or fails.
create or replace function pgsync.reader_text(reader name)
returns setof text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$create or replace function pgsync_read.%1$I(%2$s)
returns %3$s
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = off
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set quote_all_identifiers = off
as %4$L$template$,
    reader_text.reader,
    form.arguments,
    form.result,
    pgsync.reader_body(form.is_of_rows)
)
from (
    values
    (
        true,
        'root oid, by_name boolean, plan jsonb, record_ids text[], after_key jsonb, row_limit bigint',
        'table (record_id text, content jsonb, key jsonb)'
    ),
    (false, 'root oid, content record', 'jsonb')
) as form (is_of_rows, arguments, result);
$$;

comment on function pgsync.reader_text(name)
is 'The statements that create a reader: one function reads rows, one turns a row into JSON.';
