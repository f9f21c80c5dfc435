create or replace function pgsync.cleanup_old_sync_data(days_to_keep integer default null)
returns table (part text, removed bigint)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_known record;
    v_step record;
begin
    if days_to_keep < 1 then
        raise exception 'keep at least one day, not %', days_to_keep using errcode = 'invalid_parameter_value';
    end if;
    for v_known in select known.* from pgsync.retention_parts() as known order by known.place loop
        part := v_known.part;
        removed := 0;
        loop
            select step.*
            into v_step
            from pgsync.remove_old(
                v_known.part,
                clock_timestamp() - make_interval(
                    days => case
                        when v_known.setting = 'job_retention_days' and days_to_keep is not null then days_to_keep
                        else pgsync.configuration_integer(v_known.setting)::integer
                    end
                ),
                10000
            ) as step;
            removed := removed + v_step.removed;
            exit when not v_step.has_more;
        end loop;
        return next;
    end loop;
end;
$$;

comment on function pgsync.cleanup_old_sync_data(integer)
is 'Removes old rows at once, as the schedule retention does; days_to_keep stands in for job_retention_days.';
