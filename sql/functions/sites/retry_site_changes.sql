create or replace function pgsync.retry_site_changes(
    log_ids bigint[] default null,
    error_class text default null,
    source regclass default null,
    only_dead boolean default false
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_changes bigint[] := retry_site_changes.log_ids;
begin
    -- Those that were named, whatever else is asked.
    perform pgsync.check_site_changes(coalesce(v_changes, array[]::bigint[]));
    if v_changes is null then
        select array_agg(found.log_id)
        into v_changes
        from (
            select own.log_id
            from pgsync.site_waiting as own
            where own.site = pgsync.token_site()
                and own.error_class is not null
                and (not retry_site_changes.only_dead or own.state = 'dead')
                and (retry_site_changes.source is null or own.source_table = retry_site_changes.source)
                and (
                    retry_site_changes.error_class is null
                    or own.error_class like replace(replace(retry_site_changes.error_class, '_', '\_'), '*', '%')
                )
            limit 1001
        ) as found;
        if cardinality(v_changes) > 1000 then
            raise exception 'more than a thousand changes match; name a class, a table, or changes'
                using errcode = 'invalid_parameter_value';
        end if;
    end if;
    return pgsync.retry_changes(
        coalesce(v_changes, array[]::bigint[]), retry_site_changes.error_class, retry_site_changes.source,
        retry_site_changes.only_dead
    );
end;
$$;

comment on function pgsync.retry_site_changes(bigint[], text, regclass, boolean)
is 'Retries failed changes of the site of the token at once: these, or those of a class or of a table.';
