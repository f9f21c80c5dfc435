create or replace function pgsync.revoke_token(token bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.api_tokens as own
    set revoked_at = clock_timestamp(), revoked_by = pgsync.actor()
    where own.id = revoke_token.token and own.revoked_at is null;
    if found then
        delete from pgsync.api_sessions as gone
        where gone.token = revoke_token.token;
        return true;
    elsif not exists (select from pgsync.api_tokens as own where own.id = revoke_token.token) then
        raise exception 'unknown token %', revoke_token.token using errcode = 'no_data_found';
    end if;
    return false;
end;
$$;

comment on function pgsync.revoke_token(bigint)
is 'Ends a token, and the sessions that were logged in with it; false if it was revoked before.';
