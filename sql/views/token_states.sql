create or replace view pgsync.token_states as
select
    own.id,
    own.name,
    own.prefix,
    own.scopes,
    own.site,
    case
        when own.revoked_at is not null then 'revoked'
        when own.expires_at < clock_timestamp() then 'expired'
        else 'valid'
    end as state,
    own.created_at,
    own.created_by,
    own.expires_at,
    own.last_used_at,
    own.last_address,
    own.revoked_at,
    own.revoked_by,
    (
        select count(*)
        from pgsync.api_sessions as session
        where session.token = own.id and session.expires_at > clock_timestamp()
    ) as sessions
from pgsync.api_tokens as own;

comment on view pgsync.token_states is 'Tokens for use over HTTP, without their secrets.';

comment on column pgsync.token_states.id is 'The number of the token.';
comment on column pgsync.token_states.name is 'Whose it is, or what for.';
comment on column pgsync.token_states.prefix is 'Its first characters.';
comment on column pgsync.token_states.scopes is 'What it allows: read, images, operate, admin, audit.';
comment on column pgsync.token_states.site is 'The only site it shows; null for all.';
comment on column pgsync.token_states.state is 'valid, expired or revoked.';
comment on column pgsync.token_states.created_at is 'When it was made.';
comment on column pgsync.token_states.created_by is 'Who made it.';
comment on column pgsync.token_states.expires_at is 'When it ends by itself; null for never.';
comment on column pgsync.token_states.last_used_at
is 'When it was last used, to the minute; by a node, to a quarter of an hour.';
comment on column pgsync.token_states.last_address is 'From where.';
comment on column pgsync.token_states.revoked_at is 'When somebody ended it.';
comment on column pgsync.token_states.revoked_by is 'Who did.';
comment on column pgsync.token_states.sessions is 'How many browsers are logged in with it.';
