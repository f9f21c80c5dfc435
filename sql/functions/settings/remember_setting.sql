-- Runs as the owner, because whoever may change a setting may not write what was changed.
create or replace function pgsync.remember_setting()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    insert into pgsync.configuration_history (config_key, old_value, new_value, changed_by)
    values (new.config_key, old.config_value, new.config_value, coalesce(new.updated_by, pgsync.actor()));
    return null;
end;
$$;

comment on function pgsync.remember_setting()
is 'The trigger that keeps who changed a setting, and from what to what.';
