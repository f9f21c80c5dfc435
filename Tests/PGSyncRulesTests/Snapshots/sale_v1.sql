create or replace function pgsync.rule_sale_v1(image jsonb)
returns table (
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
select
    (array['data.type', 'data.date', 'data.type', 'data.range', 'data.precision', 'data.type', 'data.type', 'data.range', 'data.precision', 'data.missing', 'data.missing', 'data.missing', 'data.unknown_mode', 'data.precision', 'data.range', 'data.range', 'data.missing', 'data.precision', 'data.precision', 'data.range', 'data.range', 'rule.unbalanced']::text[])[source.failure] as error_class,
    (array['state is not a text', 'day is not a day of the calendar written as 2026-01-31', 'total is not money', 'total is too large', 'total has more than 9 decimals', 'mode is not a text', 'tax is not money', 'tax is too large', 'tax has more than 9 decimals', 'day is missing', 'total is missing', 'mode is missing', 'the map road has no entry for this value', 'the amount is not exact in INR', 'the amount is too large', 'the amount is zero', 'tax is missing', 'the division by 2 leaves a remainder', 'the amount is not exact in INR', 'the amount is too large', 'the amount is zero', 'debits and credits differ']::text[])[source.failure] as error_message,
    (array['state', 'day', 'total', 'total', 'total', 'mode', 'tax', 'tax', 'tax', 'day', 'total', 'mode', 'mode', 'total', 'total', 'total', 'tax', 'tax', 'tax', 'tax', 'tax', null]::text[])[source.failure] as error_column,
    source.entry_date,
    case when source.failure is null then 'INR' end as currency,
    case when source.failure is null then 'Sale'::text end as description,
    case when source.failure is null then pg_catalog.array_remove(array[source.value_1, '4300'::text, case when source.line_3 <> 0 then '2100'::text end, case when source.line_4 <> 0 then '2101'::text end]::text[], null::text) end as accounts,
    case when source.failure is null then pg_catalog.array_remove(array[source.line_1, source.line_2, source.line_3, source.line_4]::bigint[], 0::bigint) end as amounts,
    case when source.failure is null then pg_catalog.array_remove(array[null, null, case when source.line_3 = 0 then ''::text end, case when source.line_4 = 0 then ''::text end]::text[], ''::text) end as parties,
    case when source.failure is null then pg_catalog.array_remove(array[null, null, case when source.line_3 = 0 then 'false'::jsonb end, case when source.line_4 = 0 then 'false'::jsonb end]::jsonb[], 'false'::jsonb) end as dimensions
from (select null::json as mark offset 0) as uncached
cross join lateral (
    select
        source.value_1,
        source.line_1,
        source.line_2,
        source.line_3,
        source.line_4,
        coalesce(case when source."1 state" is null and (source.image ->> 'state') is not null then 1 end, case when source."2 day" is null and (source.image ->> 'day') is not null then 2 when source."3 total" is null and pg_catalog.jsonb_typeof((source.image -> 'total')) <> 'null' then 3 + pgsync.rule_number_problem((source.image -> 'total')) when source."4 mode" is null and (source.image ->> 'mode') is not null then 6 when source."5 tax" is null and pg_catalog.jsonb_typeof((source.image -> 'tax')) <> 'null' then 7 + pgsync.rule_number_problem((source.image -> 'tax')) end, case when (source."2 day") is null then 10 end, coalesce(coalesce(case when (source."3 total") is null then 11 end, case when (source.value_1) is null then coalesce(case when (source."4 mode") is not null and (case source."4 mode" when 'cash' then '1000' when 'card' then '1150' end) is null then 13 end, 12) end, case when source.line_1 is null then case when pg_catalog.min_scale(source."3 total") > 2 then 14 when source."3 total" = 0 then 16 else 15 end end), coalesce(case when (source.value_2) is null then case when source."3 total" is null then 11 when source."5 tax" is null then 17 else 11 end end, case when source.line_2 is null then case when pg_catalog.min_scale(source.value_2) > 2 then 14 when source.value_2 = 0 then 16 else 15 end end), case when (source.line_3 = 0) is not true then coalesce(case when (source.value_3) is null then coalesce(case when not (pg_catalog.min_scale(source."5 tax" * 0.5::numeric) <= 2) then 18 end, 17) end, case when source.line_3 is null then case when pg_catalog.min_scale(source.value_3) > 2 then 19 when source.value_3 = 0 then 21 else 20 end end) end, case when (source.line_4 = 0) is not true then coalesce(case when (source.value_3) is null then coalesce(case when not (pg_catalog.min_scale(source."5 tax" * 0.5::numeric) <= 2) then 18 end, 17) end, case when source.line_4 is null then case when pg_catalog.min_scale(source.value_3) > 2 then 19 when source.value_3 = 0 then 21 else 20 end end) end), case when case when greatest(source.line_1, source.line_2, source.line_3, source.line_4) > 2305843009213693951 or least(source.line_1, source.line_2, source.line_3, source.line_4) < -2305843009213693951 then 0::numeric + source.line_1 + source.line_2 + source.line_3 + source.line_4 <> 0 else source.line_1 + source.line_2 + source.line_3 + source.line_4 <> 0 end then 22 end)::integer as failure,
        source."2 day" as entry_date
    from (
        select
            source.image,
            source."1 state",
            source."2 day",
            source."4 mode",
            source."3 total",
            source."5 tax",
            source.value_1,
            source.value_2,
            source.value_3,
            nullif(source.units_1, 0) as line_1,
            nullif(- source.units_2, 0) as line_2,
            - source.units_3 as line_3,
            - source.units_3 as line_4
        from (
            select
                source.image,
                source."1 state",
                source."2 day",
                source."4 mode",
                source."3 total",
                source."5 tax",
                source.units_1,
                source.value_1,
                source.value_2,
                source.value_3,
                case when pg_catalog.abs(source.value_2) <= 10000000000000::numeric and pg_catalog.min_scale(source.value_2) <= 2 then (source.value_2 * 100::numeric)::bigint end as units_2,
                case when pg_catalog.abs(source.value_3) <= 10000000000000::numeric and pg_catalog.min_scale(source.value_3) <= 2 then (source.value_3 * 100::numeric)::bigint end as units_3
            from (
                select
                    source.image,
                    source."1 state",
                    source."2 day",
                    source."4 mode",
                    source."3 total",
                    source."5 tax",
                    case when pg_catalog.abs(source."3 total") <= 10000000000000::numeric and pg_catalog.min_scale(source."3 total") <= 2 then (source."3 total" * 100::numeric)::bigint end as units_1,
                    case source."4 mode" when 'cash' then '1000' when 'card' then '1150' end as value_1,
                    (source."3 total" - source."5 tax") as value_2,
                    case when (pg_catalog.min_scale(source."5 tax" * 0.5::numeric) <= 2) then (source."5 tax" * 0.5::numeric) end as value_3
                from (
                    select
                        source.image,
                        source."1 state",
                        source."2 day",
                        source."4 mode",
                        pgsync.rule_bounded(source.read_3, 9) as "3 total",
                        pgsync.rule_bounded(source.read_5, 9) as "5 tax"
                    from (
                        select
                            source.image,
                            pgsync.rule_text((source.image -> 'state'), source.given_1) as "1 state",
                            pgsync.rule_date(source.given_2) as "2 day",
                            pgsync.rule_number(source.given_3, (source.image ->> 'total')) as read_3,
                            pgsync.rule_text((source.image -> 'mode'), source.given_4) as "4 mode",
                            pgsync.rule_number(source.given_5, (source.image ->> 'tax')) as read_5
                        from (
                            select
                                source.image,
                                (source.image ->> 'state') as given_1,
                                (source.image ->> 'day') as given_2,
                                (source.image -> 'total') as given_3,
                                (source.image ->> 'mode') as given_4,
                                (source.image -> 'tax') as given_5
                            from (
                                select
                                    rule_sale_v1.image #> array[]::text[] as image
                                where uncached.mark is null
                                offset 0
                            ) as source
                            offset 0
                        ) as source
                        offset 0
                    ) as source
                    offset 0
                ) as source
                where ((source."1 state" = 'final'::text)) or (case when source."1 state" is null and (source.image ->> 'state') is not null then 1 end) is not null
                offset 0
            ) as source
            offset 0
        ) as source
        offset 0
    ) as source
    offset 0
) as source;
end;

comment on function pgsync.rule_sale_v1(jsonb)
is 'The entry that rule sale version 1 posts for a row of shop.sales.';
