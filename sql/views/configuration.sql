create or replace view pgsync.configuration as
select
    setting.config_key as key,
    setting.config_value as value,
    setting.unit,
    setting.config_value = setting.default_value as is_default,
    setting.default_value,
    coalesce(
        pgsync.configuration_text_allowed(setting.config_key),
        pgsync.configuration_allowed(setting.kind, setting.minimum, setting.maximum, setting.unit)
    ) as allowed,
    setting.description,
    setting.updated_at,
    setting.updated_by
from pgsync.sync_configuration as setting;

comment on view pgsync.configuration
is 'The settings, what is allowed, whether somebody changed them. To change one: pgsync.set_configuration.';
