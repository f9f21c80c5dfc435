-- Runs as the owner: acts are for auditors, but why a setting was changed is for whoever reads the setting.
create or replace function pgsync.setting_reasons(changed_in xid8)
returns table (object text, reason text)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select own.object, own.reason
from pgsync.acts as own
where own.recorded_xid = setting_reasons.changed_in
    and own.act = 'set configuration'
    and own.result = 'done';
$$;

comment on function pgsync.setting_reasons(xid8)
is 'Why a transaction changed settings, as it was said over HTTP.';
