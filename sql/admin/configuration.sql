-- The settings, those that someone changed first.
set search_path to pg_catalog, pg_temp;

select
    setting.key,
    setting.value,
    setting.default_value as "default",
    setting.allowed,
    case when not setting.is_default then setting.updated_by end as changed_by,
    case when not setting.is_default then setting.updated_at end as changed_at,
    setting.description
from pgsync.configuration as setting
order by setting.is_default, setting.key;
