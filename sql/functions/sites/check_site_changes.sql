-- Runs as the owner, who may see more sites: so the site of the token is asked for by name. What does not
-- wait and what is of another site are told alike.
create or replace function pgsync.check_site_changes(log_ids bigint[])
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_site constant text := pgsync.token_site();
begin
    if v_site is null then
        raise exception 'only a token of one site acts on what is of its site'
            using errcode = 'object_not_in_prerequisite_state';
    elsif exists (
        select
        from unnest(check_site_changes.log_ids) as asked (log_id)
        where not exists (
            select
            from pgsync.site_waiting as own
            where own.log_id = asked.log_id and own.site = v_site
        )
    ) then
        raise exception 'not all of these changes wait at the site %', v_site
            using errcode = 'insufficient_privilege';
    end if;
end;
$$;

comment on function pgsync.check_site_changes(bigint[])
is 'Refuses changes that do not wait, or are not of the site of the token.';
