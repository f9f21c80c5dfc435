-- The program makes the secret, so that it is in no statement, no log and no plan. What messages are signed
-- with is a parameter, which a server that logs parameters shows: see parameter_leaks.
create or replace function pgsync.create_token(
    name text,
    prefix text,
    secret_hash bytea,
    scopes text[],
    site text default null,
    expires_at timestamptz default null,
    node text default null,
    message_secret bytea default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_id bigint;
begin
    if create_token.expires_at <= clock_timestamp() then
        raise exception 'a token expires later, not at %', create_token.expires_at
            using errcode = 'invalid_parameter_value';
    elsif create_token.node is not null or 'node' = any(create_token.scopes) then
        if create_token.scopes <> array['node'] or create_token.node is null or create_token.site is not null then
            raise exception 'a token of a node has the scope node, and no other'
                using errcode = 'invalid_parameter_value', hint = 'pgsync node add makes one.';
        end if;
        perform pgsync.known_node(create_token.node);
    elsif not create_token.scopes <@ array['read', 'images', 'operate', 'admin', 'audit']
        or cardinality(create_token.scopes) = 0
    then
        raise exception 'unknown scopes: %', array_to_string(create_token.scopes, ', ')
            using errcode = 'invalid_parameter_value',
            hint = 'There are read, images, operate, admin and audit.';
    elsif create_token.site is not null and not create_token.scopes <@ array['read', 'operate'] then
        raise exception 'a token of one site can only have the scopes read and operate'
            using errcode = 'invalid_parameter_value';
    elsif create_token.site is not null and to_regrole('pgsync_api_site') is null then
        raise exception 'there is no role pgsync_api_site, as which a token of one site acts'
            using errcode = 'undefined_object',
            hint = 'An administrator runs sql/roles.sql, which pgsync migrate --print roles shows; then pgsync migrate.';
    end if;
    insert into pgsync.api_tokens (
        name, prefix, secret_hash, scopes, site, expires_at, node, message_secret, created_by
    )
    values (
        create_token.name,
        create_token.prefix,
        create_token.secret_hash,
        array(select distinct scope.word from unnest(create_token.scopes) as scope (word) order by scope.word),
        create_token.site,
        create_token.expires_at,
        create_token.node,
        create_token.message_secret,
        pgsync.actor()
    )
    returning api_tokens.id into v_id;
    return v_id;
end;
$$;

comment on function pgsync.create_token(text, text, bytea, text[], text, timestamptz, text, bytea)
is 'Records a token by its SHA-256 and returns its number; pgsync token create makes the secret.';
