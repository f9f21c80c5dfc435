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
is 'The settings, their allowed values, and who changed them. To change one: pgsync.set_configuration.';

comment on column pgsync.configuration.key is 'The name of the setting.';
comment on column pgsync.configuration.value is 'The current value.';
comment on column pgsync.configuration.unit is 'What the number counts; null if it has no unit.';
comment on column pgsync.configuration.is_default is 'Whether the value is the default.';
comment on column pgsync.configuration.default_value is 'The value after pgsync.reset_configuration.';
comment on column pgsync.configuration.allowed is 'The values it allows, in words.';
comment on column pgsync.configuration.description is 'What the setting does.';
comment on column pgsync.configuration.updated_at is 'When it was last changed; null if never.';
comment on column pgsync.configuration.updated_by is 'Who last changed it; null if nobody did.';
