-- A day of month above 31 and a day of week above 6 have a meaning: see parse_cron_field.sql.
create or replace function pgsync.parse_cron(
    expression text,
    out minutes integer[],
    out hours integer[],
    out days integer[],
    out months integer[],
    out weekdays integer[],
    out is_fixed boolean,
    out needs_both boolean,
    out complaint text
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_longest constant integer := 200;
    v_text text;
    v_fields text[];
begin
    if length(expression) > v_longest then
        complaint := format('a schedule has at most %s characters', v_longest);
        return;
    end if;
    -- By the rules of C: there are locales in which fri does not become FRI.
    v_text := btrim(upper(coalesce(expression, '') collate "C"), E' \t\r\n');
    v_fields := regexp_split_to_array(
        case v_text
            when '@YEARLY' then '0 0 1 1 *'
            when '@ANNUALLY' then '0 0 1 1 *'
            when '@MONTHLY' then '0 0 1 * *'
            when '@WEEKLY' then '0 0 * * 0'
            when '@DAILY' then '0 0 * * *'
            when '@MIDNIGHT' then '0 0 * * *'
            when '@HOURLY' then '0 * * * *'
            else v_text
        end,
        '\s+'
    );
    if cardinality(v_fields) <> 5 then
        complaint := 'a schedule has five fields (minute, hour, day of month, month and day of week) '
            || 'or is @hourly, @daily, @weekly, @monthly or @yearly';
        return;
    end if;

    select
        max(field.chosen) filter (where part.place = 1),
        max(field.chosen) filter (where part.place = 2),
        max(field.chosen) filter (where part.place = 3),
        max(field.chosen) filter (where part.place = 4),
        max(field.chosen) filter (where part.place = 5),
        (array_agg(field.complaint order by part.place) filter (where field.complaint is not null))[1]
    into minutes, hours, days, months, weekdays, complaint
    from generate_subscripts(v_fields, 1) as part (place)
    cross join lateral pgsync.parse_cron_field(v_fields[part.place], part.place) as field;

    -- As in Debian's cron, what counts is the first character.
    is_fixed := not starts_with(v_fields[1], '*') and not starts_with(v_fields[2], '*');
    needs_both := starts_with(v_fields[3], '*') or starts_with(v_fields[5], '*');
end;
$$;

comment on function pgsync.parse_cron(text)
is 'What a cron expression chooses, or why it is not one.';
