-- Who signs a message names the token by its first characters; two tokens may have the same.
create or replace function pgsync.message_secrets(prefix text)
returns table (secret_hash bytea, message_secret bytea)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select own.secret_hash, own.message_secret
from pgsync.api_tokens as own
where own.prefix = message_secrets.prefix
    and own.message_secret is not null
    and own.revoked_at is null
    and (own.expires_at is null or own.expires_at > clock_timestamp())
order by own.id
limit 10
$$;

comment on function pgsync.message_secrets(text)
is 'What the valid tokens of nodes with this prefix sign messages with, and the SHA-256 of these tokens.';
