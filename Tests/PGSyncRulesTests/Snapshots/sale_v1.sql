create function pgsync.rule_sale_v1(image jsonb)
returns table (
    line integer,
    error_class text,
    error_message text,
    error_column text,
    entry_date date,
    currency text,
    description text,
    account text,
    amount bigint,
    party text,
    dimensions jsonb
)
language sql
stable
parallel safe
begin atomic
select
    case when outcome.failure is null then outcome.line::integer end as line,
    (array['data.type', 'data.date', 'data.type', 'data.range', 'data.precision', 'data.type', 'data.type', 'data.range', 'data.precision', 'data.missing', 'data.missing', 'data.unknown_mode', 'data.missing', 'data.precision', 'data.range', 'data.range', 'data.missing', 'data.missing', 'data.missing', 'data.precision', 'data.range', 'data.range', 'data.precision', 'data.missing', 'data.precision', 'data.range', 'data.range', 'data.precision', 'data.missing', 'data.precision', 'data.range', 'data.range', 'rule.unbalanced']::text[])[outcome.failure] as error_class,
    (array['state is not a text', 'day is not a day of the calendar written as 2026-01-31', 'total is not money', 'total is too large', 'total has more than 9 decimals', 'mode is not a text', 'tax is not money', 'tax is too large', 'tax has more than 9 decimals', 'day is missing', 'total is missing', 'the map road has no entry for it', 'mode is missing', 'the amount is not exact in INR', 'the amount is too large', 'the amount is zero', 'total is missing', 'total is missing', 'tax is missing', 'the amount is not exact in INR', 'the amount is too large', 'the amount is zero', 'the division by 2 leaves a remainder', 'tax is missing', 'the amount is not exact in INR', 'the amount is too large', 'the amount is zero', 'the division by 2 leaves a remainder', 'tax is missing', 'the amount is not exact in INR', 'the amount is too large', 'the amount is zero', 'debits and credits differ']::text[])[outcome.failure] as error_message,
    (array['state', 'day', 'total', 'total', 'total', 'mode', 'tax', 'tax', 'tax', 'day', 'total', 'mode', 'mode', 'total', 'total', 'total', 'total', 'total', 'tax', 'total', 'total', 'total', 'tax', 'tax', 'tax', 'tax', 'tax', 'tax', 'tax', 'tax', 'tax', 'tax', null]::text[])[outcome.failure] as error_column,
    case when outcome.failure is null then source."day" end as entry_date,
    case when outcome.failure is null then 'INR' end as currency,
    case when outcome.failure is null then 'Sale'::text end as description,
    case when outcome.failure is null then outcome.account end as account,
    case when outcome.failure is null then outcome.amount::bigint end as amount,
    case when outcome.failure is null then outcome.party end as party,
    case when outcome.failure is null then outcome.dimensions end as dimensions
from (select null::json as mark offset 0) as uncached
cross join lateral (
    select
        rule_sale_v1.image -> 'state' as "state",
        rule_sale_v1.image -> 'day' as "day",
        rule_sale_v1.image -> 'total' as "total",
        rule_sale_v1.image -> 'mode' as "mode",
        rule_sale_v1.image -> 'tax' as "tax"
    where uncached.mark is null
    offset 0
) as given
cross join lateral (
    select
        pgsync.rule_text(given."state") as "state",
        pgsync.rule_date(given."day") as "day",
        pgsync.rule_number(given."total") as "total",
        pgsync.rule_text(given."mode") as "mode",
        pgsync.rule_number(given."tax") as "tax"
    where uncached.mark is null
    offset 0
) as source
cross join lateral (
    select
        entry.line,
        case
            when entry.first_failure is not null then entry.failure
            when entry.total <> 0 then 33
        end as failure,
        entry.account,
        entry.amount,
        entry.party,
        entry.dimensions
    from (
        select
            pg_catalog.row_number() over in_order as line,
            checked.place,
            checked.failure,
            checked.account,
            checked.amount,
            checked.party,
            checked.dimensions,
            pg_catalog.min(checked.place) filter (where checked.failure is not null)
                over in_order as first_failure,
            pg_catalog.sum(checked.amount) over in_order as total
        from (
            select
                statement.place,
                coalesce(
                    statement.failure,
                    case
                        when statement.amount <> pg_catalog.trunc(statement.amount) then statement.checks
                        when pg_catalog.abs(statement.amount) > 9223372036854775807::numeric
                            then statement.checks + 1
                        when statement.amount = 0::numeric then statement.checks + 2
                    end
                ) as failure,
                statement.account,
                statement.amount,
                statement.party,
                statement.dimensions
            from (
                select 0::bigint as place, case when source."state" is null and pg_catalog.jsonb_typeof(given."state") <> 'null' then 1 end::integer as failure, null::text as account,
                    null::numeric as amount, 0 as checks, null::text as party, null::jsonb as dimensions
                where (case when source."state" is null and pg_catalog.jsonb_typeof(given."state") <> 'null' then 1 end) is not null
                union all
                select 17592186044416::bigint as place, case when source."day" is null and pg_catalog.jsonb_typeof(given."day") <> 'null' then 2 when source."total" is null and pg_catalog.jsonb_typeof(given."total") <> 'null' then 3 + pgsync.rule_number_problem(given."total") when source."mode" is null and pg_catalog.jsonb_typeof(given."mode") <> 'null' then 6 when source."tax" is null and pg_catalog.jsonb_typeof(given."tax") <> 'null' then 7 + pgsync.rule_number_problem(given."tax") end::integer as failure, null::text as account,
                    null::numeric as amount, 0 as checks, null::text as party, null::jsonb as dimensions
                where (case when source."day" is null and pg_catalog.jsonb_typeof(given."day") <> 'null' then 2 when source."total" is null and pg_catalog.jsonb_typeof(given."total") <> 'null' then 3 + pgsync.rule_number_problem(given."total") when source."mode" is null and pg_catalog.jsonb_typeof(given."mode") <> 'null' then 6 when source."tax" is null and pg_catalog.jsonb_typeof(given."tax") <> 'null' then 7 + pgsync.rule_number_problem(given."tax") end) is not null
                union all
                select 35184372088832::bigint as place, case when (source."day") is null then 10 end::integer as failure, null::text as account,
                    null::numeric as amount, 0 as checks, null::text as party, null::jsonb as dimensions
                where (case when (source."day") is null then 10 end) is not null
                union all
                select
                    70368744177664::bigint as place,
                    case when (source."total") is null then 11 when (source."mode") is not null and case source."mode" when 'cash' then '1000' when 'card' then '1150' end is null then 12 when (case source."mode" when 'cash' then '1000' when 'card' then '1150' end) is null then 13 end::integer as failure,
                    (case source."mode" when 'cash' then '1000' when 'card' then '1150' end)::text as account,
                    (source."total") * 100::numeric as amount,
                    14 as checks,
                    (null)::text as party,
                    '{}'::jsonb as dimensions
                union all
                select
                    87960930222080::bigint as place,
                    case when ((source."total" - source."tax")) is null then case when source."total" is null then 18 when source."tax" is null then 19 else 17 end end::integer as failure,
                    ('4300'::text)::text as account,
                    - ((source."total" - source."tax")) * 100::numeric as amount,
                    20 as checks,
                    (null)::text as party,
                    '{}'::jsonb as dimensions
                union all
                select
                    105553116266496::bigint as place,
                    case when pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) <> 0 then 23 when (case when pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) = 0 then pg_catalog.div(source."tax" * 100::numeric, 2::numeric) * 0.01 end) is null then 24 end::integer as failure,
                    ('2100'::text)::text as account,
                    - (case when pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) = 0 then pg_catalog.div(source."tax" * 100::numeric, 2::numeric) * 0.01 end) * 100::numeric as amount,
                    25 as checks,
                    (null)::text as party,
                    '{}'::jsonb as dimensions
                where ((case when pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) = 0 then pg_catalog.div(source."tax" * 100::numeric, 2::numeric) * 0.01 end) is distinct from 0::numeric or (pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) <> 0))
                union all
                select
                    123145302310912::bigint as place,
                    case when pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) <> 0 then 28 when (case when pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) = 0 then pg_catalog.div(source."tax" * 100::numeric, 2::numeric) * 0.01 end) is null then 29 end::integer as failure,
                    ('2101'::text)::text as account,
                    - (case when pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) = 0 then pg_catalog.div(source."tax" * 100::numeric, 2::numeric) * 0.01 end) * 100::numeric as amount,
                    30 as checks,
                    (null)::text as party,
                    '{}'::jsonb as dimensions
                where ((case when pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) = 0 then pg_catalog.div(source."tax" * 100::numeric, 2::numeric) * 0.01 end) is distinct from 0::numeric or (pg_catalog.mod(source."tax" * 100::numeric, 2::numeric) <> 0))
            ) as statement
            where uncached.mark is null
        ) as checked
        window in_order as (
            order by checked.place
            rows between unbounded preceding and unbounded following
        )
    ) as entry
    where case
        when entry.first_failure is not null then entry.place = entry.first_failure
        when entry.total <> 0 then entry.line = 1
        else true
    end
) as outcome
where (source."state" = 'final'::text) or (case when source."state" is null and pg_catalog.jsonb_typeof(given."state") <> 'null' then 1 end) is not null;
end;

comment on function pgsync.rule_sale_v1(jsonb)
is 'The lines that rule sale version 1 posts for a row of shop.sales.';
