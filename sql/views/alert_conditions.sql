-- From facts alone, at the moment it is read: it needs no worker and no check.
create or replace view pgsync.alert_conditions as
select
    fact.kind,
    fact.source_table,
    source.table_name,
    fact.class,
    fact.severity,
    fact.value,
    fact.threshold,
    fact.unit,
    fact.words,
    fact.remedy,
    fact.since,
    fact.inhibited_by
from pgsync.alert_facts() as fact
left join pgsync.sources as source on fact.source_table = source.source_table
where fact.is_observed;

comment on view pgsync.alert_conditions
is 'What is wrong now: one row for each kind, table and class.';

comment on column pgsync.alert_conditions.kind is 'The kind: see pgsync.alert_kinds().';
comment on column pgsync.alert_conditions.source_table is 'The table it is about; null if it is about none.';
comment on column pgsync.alert_conditions.table_name is 'The name of that table.';
comment on column pgsync.alert_conditions.class
is 'What distinguishes it from others of its kind and table, such as a failure class.';
comment on column pgsync.alert_conditions.severity is 'low, medium, high or critical.';
comment on column pgsync.alert_conditions.value is 'The value.';
comment on column pgsync.alert_conditions.threshold is 'The limit that the value has reached.';
comment on column pgsync.alert_conditions.unit is 'What value and limit count.';
comment on column pgsync.alert_conditions.words is 'What is wrong, in words.';
comment on column pgsync.alert_conditions.remedy is 'What to do about it.';
comment on column pgsync.alert_conditions.since is 'Since when, where that is known.';
comment on column pgsync.alert_conditions.inhibited_by
is 'What explains it and so holds back its news: SYSTEM_DOWN or paused.';
