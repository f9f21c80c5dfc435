create or replace function pgsync.record_act(
    act text,
    object text,
    reason text,
    result text,
    details jsonb default '{}'
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_actor constant jsonb := coalesce(nullif(current_setting('pgsync.actor', true), ''), '{}')::jsonb;
    v_id bigint;
begin
    if not pgsync.serves() then
        raise exception 'only pgsync serve records acts' using errcode = 'insufficient_privilege';
    end if;
    insert into pgsync.acts (
        token, actor, address, act, object, reason, result, details, confirmed_by, correlation_id
    )
    values (
        (v_actor ->> 'token')::bigint,
        left(coalesce(v_actor ->> 'name', 'anonymous'), 200),
        left(v_actor ->> 'address', 100),
        record_act.act,
        left(record_act.object, 1000),
        left(record_act.reason, 1000),
        record_act.result,
        coalesce(record_act.details, '{}'),
        left(v_actor ->> 'confirmed_by', 200),
        left(v_actor ->> 'correlation_id', 200)
    )
    returning acts.id into v_id;
    return v_id;
end;
$$;

comment on function pgsync.record_act(text, text, text, text, jsonb)
is 'Records what somebody did, or was refused, over HTTP; who it was is in the setting pgsync.actor.';
