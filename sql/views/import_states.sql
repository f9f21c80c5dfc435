create or replace view pgsync.import_states as
select
    listed.import,
    listed.stream,
    listed.place,
    pgsync.qualified_name(listed.target) as target,
    listed.key_columns,
    listed.columns,
    newest.version,
    newest.applied_at,
    newest.applied_by,
    own.finished,
    own.swept_at,
    own.updated_at as moved_at,
    (
        select count(*)
        from pgsync.sync_failed_items as item
        where
            item.kind = 'import'
            and item.subject = listed.import
            and item.state <> 'resolved'
            and starts_with(item.item_id, listed.stream || ' ')
    ) as failed_items
from pgsync.import_streams as listed
inner join lateral (
    select applied.*
    from pgsync.imports as applied
    where applied.name = listed.import
    order by applied.version desc
    limit 1
) as newest on true
left join pgsync.cursors as own on listed.import = own.endpoint and listed.stream = own.stream
where coalesce(listed.import = any((select pgsync.limited_endpoints())::text[]), true);

comment on view pgsync.import_states
is 'The streams of the imports in force, and how far each has been read.';
comment on column pgsync.import_states.import is 'The import.';
comment on column pgsync.import_states.stream is 'The stream.';
comment on column pgsync.import_states.place is 'Its place in the order in which streams are read.';
comment on column pgsync.import_states.target is 'The table that its rows come into.';
comment on column pgsync.import_states.key_columns is 'The columns that tell its rows apart.';
comment on column pgsync.import_states.columns is 'The columns that it writes.';
comment on column pgsync.import_states.version is 'The version of the import in force.';
comment on column pgsync.import_states.applied_at is 'When that came into force.';
comment on column pgsync.import_states.applied_by is 'Who applied it.';
comment on column pgsync.import_states.finished
is 'The times whose changes have all been read; null for none.';
comment on column pgsync.import_states.swept_at is 'When it was last walked for what was deleted.';
comment on column pgsync.import_states.moved_at is 'When this last changed.';
comment on column pgsync.import_states.failed_items is 'How many of its items failed and are not resolved.';
