create or replace function pgsync.revive_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    new.sync_status := 'pending';
    new.max_retries := pgsync.configuration_integer('max_retry_attempts')::integer;
    new.scheduled_at := coalesce(new.scheduled_at, clock_timestamp());
    perform pgsync.ring_doorbell();
    return new;
end;
$$;

comment on function pgsync.revive_change()
is 'The trigger by which setting back retry_count, or setting a time, has a dead letter tried again.';
