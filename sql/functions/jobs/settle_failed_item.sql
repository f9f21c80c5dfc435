create or replace function pgsync.settle_failed_item(id bigint, resolution text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if coalesce(btrim(settle_failed_item.resolution), '') = '' then
        raise exception 'say how the item was resolved' using errcode = 'invalid_parameter_value';
    end if;
    update pgsync.sync_failed_items as item
    set
        state = 'resolved',
        next_attempt_at = null,
        resolved_at = clock_timestamp(),
        resolved_by = pgsync.actor(),
        resolution = settle_failed_item.resolution
    where item.id = settle_failed_item.id and item.state <> 'resolved';
    return found;
end;
$$;

comment on function pgsync.settle_failed_item(bigint, text)
is 'Marks a failed item as resolved, and how; false if it is unknown or was resolved before.';
