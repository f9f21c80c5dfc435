-- Asked once a second for all who watch, so that revoking a token ends what it opened.
create or replace function pgsync.ended_logins(session_hashes text[], tokens bigint[], idle interval)
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select listed.hash
from unnest(session_hashes) as listed (hash)
where not exists (
    select
    from pgsync.api_sessions as own
    inner join pgsync.api_tokens as found on own.token = found.id
    where own.secret_hash = decode(listed.hash, 'hex')
        and own.expires_at > clock_timestamp()
        and own.last_seen_at > clock_timestamp() - idle
        and found.revoked_at is null
        and (found.expires_at is null or found.expires_at > clock_timestamp())
)
union all
select listed.id::text
from unnest(tokens) as listed (id)
where not exists (
    select
    from pgsync.api_tokens as found
    where found.id = listed.id
        and found.revoked_at is null
        and (found.expires_at is null or found.expires_at > clock_timestamp())
);
$$;

comment on function pgsync.ended_logins(text[], bigint[], interval)
is 'Which of these sessions, by their SHA-256, and of these tokens are no longer valid.';
