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
is 'The trigger that retries a dead letter once retry_count is reset or a time is set.';
