-- Who comes with a token. That it was used is noted to the minute, of a node, which calls all day, to the
-- quarter of an hour, so that reading writes little.
create or replace function pgsync.token_of(secret_hash bytea, address text)
returns table (
    token bigint, name text, scopes text[], site text, expires_at timestamptz, node text, protection text
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
begin
    update pgsync.api_tokens as own
    set last_used_at = clock_timestamp(), last_address = token_of.address
    where own.secret_hash = token_of.secret_hash
        and own.revoked_at is null
        and (own.expires_at is null or own.expires_at > clock_timestamp())
        and (
            own.last_used_at is null
            or own.last_used_at < clock_timestamp()
            - case when own.node is null then interval '1 minute' else interval '15 minutes' end
        );
    return query
    select own.id, own.name, own.scopes, own.site, own.expires_at, own.node, system.protection
    from pgsync.api_tokens as own
    left join pgsync.nodes as system on own.node = system.name
    where own.secret_hash = token_of.secret_hash
        and own.revoked_at is null
        and (own.expires_at is null or own.expires_at > clock_timestamp());
end;
$$;

comment on function pgsync.token_of(bytea, text)
is 'The valid token with this SHA-256, noting its use; no row if there is none.';
