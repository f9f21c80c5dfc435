-- Only the logins of pgsync serve are believed, and only while they act as a role that sees nothing but what
-- is of its sites. The setting role is asked, because a function that runs as the owner is another user.
create or replace function pgsync.token_site()
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when current_setting('role') in ('pgsync_site_reader', 'pgsync_api_site')
        and coalesce(current_setting('pgsync.actor', true), '') <> ''
        and pgsync.serves()
        then current_setting('pgsync.actor', true)::jsonb ->> 'site'
end;
$$;

comment on function pgsync.token_site()
is 'The site of the token that a request over HTTP came with; null for all others.';
