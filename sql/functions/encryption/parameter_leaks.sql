-- A worker sends its private key as a parameter of a statement. These are the settings by which the server
-- would write parameters, or plans that contain them, into its log.
create or replace function pgsync.parameter_leaks()
returns table (setting text, value text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
with present as (
    select
        current_setting('log_parameter_max_length') <> '0' as logs_parameters,
        coalesce(current_setting('auto_explain.log_min_duration', true), '-1') <> '-1' as explains
)

select leak.setting, current_setting(leak.setting, true)
from present
cross join lateral (
    values
    ('log_statement', present.logs_parameters and current_setting('log_statement') = 'all'),
    ('log_min_duration_statement', present.logs_parameters and current_setting('log_min_duration_statement') <> '-1'),
    (
        'log_min_duration_sample',
        present.logs_parameters
        and current_setting('log_min_duration_sample') <> '-1'
        and current_setting('log_statement_sample_rate')::numeric > 0
    ),
    (
        'log_transaction_sample_rate',
        present.logs_parameters and current_setting('log_transaction_sample_rate')::numeric > 0
    ),
    ('log_parameter_max_length_on_error', current_setting('log_parameter_max_length_on_error') <> '0'),
    (
        'auto_explain.log_parameter_max_length',
        present.explains and coalesce(current_setting('auto_explain.log_parameter_max_length', true), '0') <> '0'
    ),
    (
        'auto_explain.log_verbose',
        present.explains and coalesce(current_setting('auto_explain.log_verbose', true), 'off') = 'on'
    ),
    ('debug_print_plan', current_setting('debug_print_plan') = 'on'),
    ('pgaudit.log_parameter', coalesce(current_setting('pgaudit.log_parameter', true), 'off') = 'on')
) as leak (setting, leaks)
where leak.leaks;
$$;

comment on function pgsync.parameter_leaks()
is 'The settings of this session by which the server log would show a private key; none when it is safe.';
