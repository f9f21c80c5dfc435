-- Only the logins of pgsync serve are believed when they say for whom they act.
create or replace function pgsync.actor()
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when pgsync.serves() and coalesce(current_setting('pgsync.actor', true), '') <> ''
        then left(format(
            '%s (%s)',
            session_user,
            concat_ws(
                ', ',
                current_setting('pgsync.actor', true)::jsonb ->> 'name',
                'token ' || (current_setting('pgsync.actor', true)::jsonb ->> 'token'),
                current_setting('pgsync.actor', true)::jsonb ->> 'address'
            )
        ), 300)
    else session_user::text
end;
$$;

comment on function pgsync.actor()
is 'Who does this: the login, and over HTTP also whose token it is, its number and the address.';
