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
    -- Others would leave a shorter time at the end of an hour or a day.
    if minutes <> all(array[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440]) then
        raise exception 'records cannot be exchanged every % minutes', minutes
            using errcode = 'invalid_parameter_value', hint = 'The minutes divide an hour, or whole hours divide a day.';
    end if;
    return pgsync.set_schedule(
        v_name,
        'sync',
        case
            when minutes = 1 then '* * * * *'
            when minutes < 60 then format('*/%s * * * *', minutes)
            when minutes < 1440 then format('0 */%s * * *', minutes / 60)
            else '0 0 * * *'
        end,
        subject => endpoint
    );
end;
$$;

comment on function pgsync.schedule_sync(text, integer)
is 'Has workers exchange records with a master every so many minutes; returns when first.';
