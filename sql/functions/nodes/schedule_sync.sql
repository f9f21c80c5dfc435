create or replace function pgsync.schedule_sync(endpoint text, minutes integer)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_name constant text := left('sync-' || endpoint, 63);
begin
    perform pgsync.known_master(endpoint);
    if minutes not between 1 and 1440 then
        raise exception 'records are exchanged every 1 to 1440 minutes, not every %', minutes
            using errcode = 'invalid_parameter_value';
    end if;
    return pgsync.set_schedule(
        v_name,
        'sync',
        case
            when minutes = 1 then '* * * * *'
            when minutes < 60 then format('*/%s * * * *', minutes)
            when minutes < 1440 then format('0 */%s * * *', greatest(minutes / 60, 1))
            else '0 0 * * *'
        end,
        subject => endpoint
    );
end;
$$;

comment on function pgsync.schedule_sync(text, integer)
is 'Has workers exchange records with a master every so many minutes; returns when first.';
