create or replace function pgsync.cron_complaint(expression text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_cron record;
begin
    if expression is null then
        return null;
    end if;
    v_cron := pgsync.parse_cron(expression);
    if v_cron.complaint is not null then
        return v_cron.complaint;
    end if;
    -- What never comes from one day on never comes at all.
    if pgsync.cron_day(
        v_cron.days, v_cron.months, v_cron.weekdays, v_cron.needs_both, date '2000-01-01'
    ) is null then
        return 'such a day never comes: day of month, month and day of week exclude each other';
    end if;
    return null;
end;
$$;

comment on function pgsync.cron_complaint(text)
is 'Why a text is not a cron expression, or would never run; null if it is one.';
