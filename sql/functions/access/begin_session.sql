create or replace function pgsync.begin_session(
    token_hash bytea,
    session_hash bytea,
    address text,
    lifetime interval
)
returns table (token bigint, name text, scopes text[], site text, expires_at timestamptz)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
begin
    delete from pgsync.api_sessions as gone
    where gone.expires_at < clock_timestamp();
    insert into pgsync.api_sessions (secret_hash, token, address, expires_at)
    select
        begin_session.session_hash,
        found.token,
        begin_session.address,
        least(found.expires_at, clock_timestamp() + begin_session.lifetime)
    from pgsync.token_of(begin_session.token_hash, begin_session.address) as found
    -- That of a node is for no person.
    where found.node is null;
    return query
    select found.id, found.name, found.scopes, found.site, own.expires_at
    from pgsync.api_sessions as own
    inner join pgsync.api_tokens as found on own.token = found.id
    where own.secret_hash = begin_session.session_hash;
end;
$$;

comment on function pgsync.begin_session(bytea, bytea, text, interval)
is 'Logs a browser in with the valid token that has this SHA-256; no row if there is none.';
