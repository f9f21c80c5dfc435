-- A stream that stays open does not keep its session alive: only what a person does, does.
create or replace function pgsync.session_of(session_hash bytea, idle interval, touch boolean)
returns table (
    token bigint,
    name text,
    scopes text[],
    site text,
    expires_at timestamptz,
    confirmed_until timestamptz,
    confirmed_by text
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
begin
    if session_of.touch then
        update pgsync.api_sessions as own
        set last_seen_at = clock_timestamp()
        where own.secret_hash = session_of.session_hash
            and own.last_seen_at between clock_timestamp() - session_of.idle and clock_timestamp() - interval '1 minute';
    end if;
    return query
    select
        found.id,
        found.name,
        found.scopes,
        found.site,
        least(own.expires_at, found.expires_at, own.last_seen_at + session_of.idle),
        case when second.id is not null then own.confirmed_at + interval '5 minutes' end,
        second.name
    from pgsync.api_sessions as own
    inner join pgsync.api_tokens as found on own.token = found.id
    left join pgsync.api_tokens as second
        on own.confirmed_by = second.id
            and own.confirmed_at > clock_timestamp() - interval '5 minutes'
            and second.revoked_at is null
            and (second.expires_at is null or second.expires_at > clock_timestamp())
    where own.secret_hash = session_of.session_hash
        and own.expires_at > clock_timestamp()
        and own.last_seen_at > clock_timestamp() - session_of.idle
        and found.revoked_at is null
        and (found.expires_at is null or found.expires_at > clock_timestamp());
end;
$$;

comment on function pgsync.session_of(bytea, interval, boolean)
is 'Who is logged in with this session, and who confirmed it in the last five minutes; no row once it ended.';
