-- How each table was captured over time: who changed what, newest first.
set search_path to pg_catalog, pg_temp;

select
    made.table_name as source,
    made.version,
    made.made_at,
    made.made_by,
    array_to_string(made.key_columns, ', ') as key,
    coalesce(array_to_string(made.captured_columns, ', '), 'all') as columns,
    made.trigger_kind,
    array_to_string(made.actions, ', ') as actions,
    made.before_image
from pgsync.source_versions as made
order by made.table_name asc, made.version desc;
