-- From here on. What is there already is folded once a backfill has logged it.
create or replace function pgsync.set_synced(
    source regclass,
    is_synced boolean,
    policy text default null,
    policy_columns text[] default null,
    policy_nodes text[] default null,
    drift text default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tick bigint;
    v_source pgsync.sources;
    v_missing text;
    v_policy text;
begin
    -- Nothing was folded while nothing was exchanged, so that only what comes from now on is of use.
    if is_synced and not exists (select from pgsync.sources as other where other.synced and other.attached) then
        v_tick := pgsync.tick();
    end if;
    select own.*
    into v_source
    from pgsync.sources as own
    where own.source_table = set_synced.source and own.attached
    for update;
    if not found then
        raise exception '% is not attached', source
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('select pgsync.attach(%L);', source);
    end if;
    if is_synced then
        select string_agg(quote_ident(field.attname), ', ' order by field.attnum)
        into v_missing
        from pg_catalog.pg_attribute as field
        where field.attrelid = source
            and field.attnum > 0
            and not field.attisdropped
            and field.attnotnull
            and not field.atthasdef
            and field.attidentity = ''
            and not exists (
                select from pgsync.captured_columns(v_source) as captured where captured.number = field.attnum
            );
        if v_missing is not null then
            raise exception '% cannot be exchanged without its columns %', source, v_missing
                using errcode = 'invalid_parameter_value',
                detail = 'They may not be null, and have no default.',
                hint = 'Attach the table with these columns, or give them a default.';
        end if;
        if set_synced.drift not in ('freeze', 'evolve', 'quarantine') then
            raise exception 'the drift is freeze, evolve or quarantine, not %', quote_literal(set_synced.drift)
                using errcode = 'invalid_parameter_value';
        end if;
        v_policy := coalesce(set_synced.policy, v_source.policy);
        if v_policy in ('fields', 'delta') and not v_source.before_image then
            raise exception 'the policy % needs what the rows of % were before', v_policy, source
                using errcode = 'object_not_in_prerequisite_state',
                hint = format('select pgsync.attach(%L, before_image => true);', source);
        end if;
        select string_agg(listed.name, ', ')
        into v_missing
        from unnest(set_synced.policy_columns) as listed (name)
        where not exists (
            select
            from pgsync.captured_columns(v_source) as captured
            where captured.name = listed.name
                and captured.base_type in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
        );
        if v_missing is not null then
            raise exception 'differences of % in % cannot be added up', v_missing, source
                using errcode = 'invalid_parameter_value',
                hint = 'The policy delta takes captured columns of whole numbers or of type numeric.';
        end if;
    end if;
    -- A fold that goes on meanwhile would bring back what is forgotten here.
    perform from pgsync.version_fold for update;
    if is_synced <> v_source.synced then
        delete from pgsync.record_versions as known where known.source_table = set_synced.source;
    end if;
    update pgsync.sources as own
    set
        synced = is_synced,
        policy = coalesce(set_synced.policy, own.policy),
        policy_columns = case when set_synced.policy is null then own.policy_columns else set_synced.policy_columns end,
        policy_nodes = case when set_synced.policy is null then own.policy_nodes else set_synced.policy_nodes end,
        drift = coalesce(set_synced.drift, own.drift)
    where own.source_table = set_synced.source;
    perform pgsync.check_masters();
    if v_tick is not null then
        perform pgsync.start_fold(v_tick);
    end if;
end;
$$;

comment on function pgsync.set_synced(regclass, boolean, text, text[], text[], text)
is 'Lets the records of a table be exchanged with other systems, or no longer, and says who wins.';
