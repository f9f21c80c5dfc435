-- Names of tables are looked up when a batch is evaluated: a constant would tie the function to the
-- application's table, which then could not be dropped. The same holds for the day from which a version is
-- retired, which is set later.
create or replace function pgsync.refresh_evaluate()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set datestyle = 'ISO, YMD'
as $$
    -- The text is composed with %I and %L from columns that hold only plain words.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_branches text;
begin
    -- One at a time; after waiting, it sees what the others have applied.
    lock table pgsync.rules in share row exclusive mode;

    select string_agg(
        format(
            $template$
    select batch.number::integer, %1$L::text, posted.*
    from batch
    cross join lateral pgsync.%2$I(batch.image) as posted
    where batch.source_table = (
        select rule.source_table from pgsync.rules as rule where rule.name = %3$L and rule.version = %4$s
    )
    and %5$L::daterange @> coalesce(posted.entry_date, current_date)
    and coalesce(
        coalesce(posted.entry_date, current_date) < (
            select rule.active_until from pgsync.rules as rule where rule.name = %3$L and rule.version = %4$s
        ),
        true
    )$template$,
            span.name || '@' || span.version,
            rule.function_name,
            span.name,
            span.version,
            daterange(
                rule.active_from,
                (
                    select min(later.active_from)
                    from pgsync.rules as later
                    where later.name = rule.name and later.version > rule.version
                )
            )
        ),
        '
    union all' order by span.name, span.version
    )
    into v_branches
    from pgsync.rule_spans as span
    inner join pgsync.rules as rule on rule.name = span.name and rule.version = span.version
    where not isempty(span.days);

    execute format(
        $template$
create or replace function pgsync.evaluate(tables regclass[], images jsonb[])
returns table (
    number integer,
    rule text,
    error_class text,
    error_message text,
    error_column text,
    entry_date date,
    currency text,
    description text,
    accounts text[],
    amounts bigint[],
    parties text[],
    dimensions jsonb[]
)
language sql
stable
parallel safe
begin atomic
    with batch as materialized (
        select given.source_table, given.image, given.number
        from unnest(tables, images) with ordinality as given (source_table, image, number)
    )%s;
end;
$template$,
        coalesce(v_branches, '
    select
        null::integer, null::text, null::text, null::text, null::text, null::date, null::text, null::text,
        null::text[], null::bigint[], null::text[], null::jsonb[]
    from batch
    where false')
    );
    comment on function pgsync.evaluate(regclass[], jsonb[])
    is 'What the rules make of row images, a row for each rule that applies. Made by refresh_evaluate.';
    perform pgsync.grant_rules();
end;
$$;

comment on function pgsync.refresh_evaluate()
is 'Recreates pgsync.evaluate from the rules there are, each version for its document dates.';
