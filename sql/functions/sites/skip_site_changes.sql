create or replace function pgsync.skip_site_changes(log_ids bigint[], reason text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.check_site_changes(skip_site_changes.log_ids);
    return pgsync.skip_changes(skip_site_changes.log_ids, skip_site_changes.reason);
end;
$$;

comment on function pgsync.skip_site_changes(bigint[], text)
is 'Ends waiting or failed changes of the site of the token without posting them, for a reason.';
