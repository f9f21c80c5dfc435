create or replace view pgsync.rule_spans as
select
    rule.name,
    rule.version,
    rule.source_table,
    daterange(
        rule.active_from,
        nullif(greatest(rule.active_from, least(rule.ends, rule.active_until, 'infinity')), 'infinity')
    ) as days
from (
    select
        known.name,
        known.version,
        known.source_table,
        known.active_from,
        known.active_until,
        min(known.active_from) over (
            partition by known.name
            order by known.version
            rows between 1 following and unbounded following
        ) as ends
    from pgsync.rules as known
) as rule;

comment on view pgsync.rule_spans
is 'The document dates that each version of a rule covers: until a later one begins or it is retired.';

comment on column pgsync.rule_spans.name is 'The name of the rule.';
comment on column pgsync.rule_spans.version is 'Its version, from 1.';
comment on column pgsync.rule_spans.source_table is 'The table whose changes it posts.';
comment on column pgsync.rule_spans.days
is 'The document dates it covers; empty if later versions cover all of them.';
