-- Which rules post which documents, whether each is as it was applied, and which attached tables have none.
set search_path to pg_catalog, pg_temp;

select
    coalesce(rule.name || '@' || rule.version, 'none') as rule,
    coalesce(rule.source_table, source.source_table)::text as posts,
    case when not isempty(span.days) then span.days::text else 'none' end as documents,
    coalesce(span.days @> current_date, false) as in_force,
    coalesce(source.attached, false) as attached,
    pgsync.rule_checksum(rule.function_name) = rule.function_checksum as function_intact,
    rule.applied_at,
    rule.applied_by
from pgsync.rules as rule
inner join pgsync.rule_spans as span on rule.name = span.name and rule.version = span.version
full join pgsync.sources as source on rule.source_table = source.source_table
where rule.name is not null or source.attached
order by rule.name, rule.version, posts;
