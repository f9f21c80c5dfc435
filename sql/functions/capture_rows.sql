-- In the expressions a column is named without its row, which is called pgsync_row. So it is looked up in
-- the row first and then in the list "absent" beside it: when somebody drops or renames the column, the
-- function goes on and finds null there, instead of failing the application. The planner dissolves all of
-- it.
create or replace function pgsync.capture_rows(absent text, rows text, expressions text, others text)
returns text
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
                    select %s
                    from %s as pgsync_row
                    cross join lateral %s
                    cross join lateral (
                        select %s
                        from (select pgsync_row.*) as pgsync_content
                    ) as described$template$,
    concat_ws(', ', 'described.*', capture_rows.others),
    capture_rows.rows,
    capture_rows.absent,
    capture_rows.expressions
);
$$;

comment on function pgsync.capture_rows(text, text, text, text)
is 'The SQL query that describes rows by expressions over columns that may be gone.';
