-- The settings make each value the same text whatever the session says; a plan is made for each call, so that
-- the other kinds of chain_rows fall out of it.
create or replace function pgsync.chain_part(kind text, part bigint)
returns table (id bigint, key text, at timestamptz, digest bytea, is_surveyed boolean, is_due boolean)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_kind pgsync.chain_kinds;
    v_here constant bigint := (select control.system_identifier from pg_control_system() as control);
    v_next constant xid8 := pg_snapshot_xmax(pg_current_snapshot());
begin
    select own.* into v_kind from pgsync.chain_kinds as own where own.kind = chain_part.kind;
    return query
    select
        own.id,
        own.key,
        own.at,
        sha256(convert_to(own.content, 'UTF8')),
        known.is_surveyed,
        case
            when v_kind.source is null then coalesce(own.at < v_kind.boundary_at - interval '1 hour', false)
            when v_kind.system_identifier is distinct from v_here then false
            when known.is_surveyed then v_kind.survey_part is null or chain_part.part < v_kind.survey_part
            -- No transaction has a number that was not given out.
            else own.xid >= v_next or pg_visible_in_snapshot(own.xid, v_kind.boundary)
        end
    from pgsync.chain_rows as own
    cross join lateral (
        select
            coalesce(own.at < v_kind.surveyed_before or own.id <= v_kind.surveyed_through, false) as is_surveyed
    ) as known
    where own.kind = chain_part.kind and own.id >= chain_part.part << 14 and own.id < (chain_part.part + 1) << 14;
end;
$$;

comment on function pgsync.chain_part(text, bigint)
is 'The rows of a part with their digests, whether the survey chains them, and whether they must be chained.';
