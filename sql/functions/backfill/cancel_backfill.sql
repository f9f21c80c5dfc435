create or replace function pgsync.cancel_backfill(progress_id bigint)
returns boolean
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
with cancelled as (
    update pgsync.sync_progress as progress
    set state = 'cancelled', finished_at = clock_timestamp(), updated_at = clock_timestamp()
    where progress.id = cancel_backfill.progress_id and progress.kind = 'backfill' and progress.state = 'running'
    returning progress.id
)
select exists (select from cancelled);
$$;

comment on function pgsync.cancel_backfill(bigint)
is 'Cancels a backfill; what it has added to the log stays there.';
