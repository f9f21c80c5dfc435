-- What a pattern cannot check: whether such a thing exists.
create or replace function pgsync.configuration_complaint(key text, value text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    case configuration_complaint.key
        when 'books_time_zone'
            then (
                select format('%L is not a time zone; see pg_timezone_names', configuration_complaint.value)
                where not exists (
                    select
                    from pg_catalog.pg_timezone_names as zone
                    where lower(zone.name) = lower(configuration_complaint.value)
                )
            )
        when 'closed_period_policy'
            then (
                select format('closed_period_policy must be sweep or refuse, not %L', configuration_complaint.value)
                where configuration_complaint.value not in ('sweep', 'refuse')
            )
        when 'permanent_error_classes'
            then (
                select
                    format(
                        'unknown error class %L; see pgsync.error_classes()', btrim(listed.class)
                    )
                from regexp_split_to_table(configuration_complaint.value, ',') with ordinality as listed (class, place)
                where configuration_complaint.value <> 'none' and not exists (
                    select
                    from pgsync.error_classes() as known
                    where btrim(listed.class) in (known.class, split_part(known.class, '.', 1) || '.*', '*')
                )
                order by listed.place
                limit 1
            )
    end;
$$;

comment on function pgsync.configuration_complaint(text, text)
is 'Why a setting refuses this text; null if it takes it, or is not a text setting.';
