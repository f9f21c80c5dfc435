create or replace function pgsync.confirm_session(session_hash bytea, token_hash bytea, address text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_second record;
begin
    select found.*
    into v_second
    from pgsync.token_of(confirm_session.token_hash, confirm_session.address) as found;
    if not found or v_second.scopes && array['admin'] is not true then
        return null;
    end if;
    update pgsync.api_sessions as own
    set confirmed_at = clock_timestamp(), confirmed_by = v_second.token
    where own.secret_hash = confirm_session.session_hash;
    return v_second.name;
end;
$$;

comment on function pgsync.confirm_session(bytea, bytea, text)
is 'Notes for five minutes that an admin token was shown again in a session, its own or a second one; whose.';
