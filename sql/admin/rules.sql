-- Which rules post which documents, and whether each is as it was applied.
select
    rule.name || '@' || rule.version as rule,
    coalesce(rule.source_table::text, rule.table_name) as posts,
    case when isempty(span.days) then 'none' else span.days::text end as documents,
    coalesce(span.days @> current_date, false) as in_force,
    coalesce(source.attached, false) as attached,
    coalesce(pgsync.rule_checksum(rule.function_name) = rule.function_checksum, false) as function_intact,
    rule.applied_at,
    rule.applied_by
from pgsync.rules as rule
inner join pgsync.rule_spans as span on rule.name = span.name and rule.version = span.version
left join pgsync.sources as source on rule.source_table = source.source_table
order by rule.name, rule.version;
