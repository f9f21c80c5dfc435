create or replace function pgsync.configuration_text_allowed(key text)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    case configuration_text_allowed.key
        when 'books_time_zone' then 'the name of a time zone in pg_timezone_names'
        when 'closed_period_policy' then 'sweep or refuse'
        when 'permanent_error_classes'
            then 'classes of pgsync.error_classes() or families such as data.*, separated by commas; or none'
    end;
$$;

comment on function pgsync.configuration_text_allowed(text)
is 'Describes the texts that a setting allows; null if it takes any, or is not a text setting.';
