-- In the expressions a column is named without its row, which is called pgsync_row. So it is looked up in the
-- row first and then in the list pgsync_absent beside it: when somebody drops or renames the column, the
-- statement can still be planned. Its condition then tells that the column is not of the type it was when the
-- text was made, so that no row is found and nothing of a type that a user may have made is ever touched: see
-- capture_moved_rows. The planner dissolves all of it.
create or replace function pgsync.capture_rows(source pgsync.sources, transition text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
                    select %1$s as record_id, coalesce(pgsync_content.*) as content
                    from %2$s as pgsync_row
                    cross join lateral (values (%3$s)) as pgsync_absent (%4$s)
                    cross join lateral (
                        select %5$s
                        from (select pgsync_row.*) as pgsync_present
                        where %6$s
                    ) as pgsync_content$template$,
    pgsync.capture_key(source, 'pgsync_content.%I'),
    capture_rows.transition,
    string_agg('null::pgsync.gone', ', '),
    string_agg(quote_ident(captured.column_name), ', ' order by captured.number),
    string_agg(
        format(pgsync.capture_value(captured.treatment), quote_ident(captured.column_name))
        || case
            when captured.treatment = 'plain' and captured.name = captured.column_name then ''
            else ' as ' || quote_ident(captured.name)
        end,
        ', ' order by captured.number
    ),
    format('pgsync.keeps_columns(%L) and ', source.function_name) || string_agg(
        format(
            'pgsync.has_type(case when false then %I end, ''%s'')',
            captured.column_name,
            case captured.treatment when 'text' then 0 else captured.base_type end
        ),
        ' and ' order by captured.number
    )
)
from pgsync.captured_columns(source) as captured;
$$;

comment on function pgsync.capture_rows(pgsync.sources, text)
is 'The SQL query for record_id and content of a statement''s rows while their columns are unchanged.';
