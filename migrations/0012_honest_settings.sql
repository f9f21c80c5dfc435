-- The settings say what they do today, and those without effect that they have none. Until functions are
-- made anew, the one that checks settings knows the columns by their former names, so its trigger goes.
drop trigger if exists check_configuration on pgsync.sync_configuration;
delete from pgsync.migrations
where path = 'sql/triggers/check_configuration.sql';

update pgsync.sync_configuration as setting
set description = honest.description
from (
    values
    (
        'reconciliation_frequency_hours',
        'Without effect yet. How often the ledger is to be compared with the tables it was posted from.'
    ),
    (
        'alert_threshold_queue_size',
        'How many changes may wait before pgsync doctor warns of it.'
    ),
    (
        'retention_days',
        'How long workers that have stopped are remembered. Changes, ledger and audit log are kept for ever.'
    )
) as honest (key, description)
where setting.config_key = honest.key;
