create or replace function pgsync.add_compare_run(
    job bigint,
    comparison text,
    version integer,
    entities text[],
    heals boolean,
    is_dry boolean
)
returns bigint
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_number bigint;
begin
    -- Two runs that begin at once are counted one after the other.
    perform pg_advisory_xact_lock(1886876536 /* endpoints */, hashtext('compare ' || add_compare_run.comparison));
    insert into pgsync.compare_runs as own (job, comparison, version, number, entities, heals, is_dry)
    select
        add_compare_run.job, add_compare_run.comparison, add_compare_run.version,
        coalesce(max(earlier.number), 0) + 1, add_compare_run.entities, add_compare_run.heals, add_compare_run.is_dry
    from pgsync.compare_runs as earlier
    where earlier.comparison = add_compare_run.comparison
    on conflict on constraint compare_runs_pkey do nothing
    returning own.number into v_number;
    return v_number;
end;
$$;

comment on function pgsync.add_compare_run(bigint, text, integer, text[], boolean, boolean)
is 'Notes what a run of a comparison is to do; returns its number, or null if that was noted before.';
