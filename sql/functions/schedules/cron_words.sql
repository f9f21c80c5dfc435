create or replace function pgsync.cron_words(expression text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_cron record;
    v_times text;
begin
    v_cron := pgsync.parse_cron(expression);
    if v_cron.complaint is not null then
        return null;
    end if;
    v_times := pgsync.cron_times_words(v_cron.minutes, v_cron.hours);
    return concat_ws(
        ' ',
        v_times,
        coalesce(
            pgsync.cron_days_words(v_cron.days, v_cron.weekdays, v_cron.needs_both),
            case when v_times ~ '[0-9]:[0-9]| of hour' then 'every day' end
        ),
        case
            when cardinality(v_cron.months) < 12
                then 'in ' || pgsync.list_words(
                    v_cron.months,
                    array[
                        'January', 'February', 'March', 'April', 'May', 'June',
                        'July', 'August', 'September', 'October', 'November', 'December'
                    ]
                )
        end
    );
end;
$$;

comment on function pgsync.cron_words(text)
is 'A cron expression in words, which show how its two fields of days work together; null if it is not one.';
