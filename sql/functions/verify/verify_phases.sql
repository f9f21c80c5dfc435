create or replace function pgsync.verify_phases(run pgsync.verify_runs)
returns text[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when run.since is not null or run.until is not null
        then '{signs,changes,changed}'::text[] || case when run.whole_tables <> '{}' then '{records,status}'::text[] else '{}' end
    when run.source_table is not null then '{signs,changes,records,status,entries}'
    else '{signs,changes,records,status,entries,books}'
end || case when run.heals then '{heal}'::text[] else '{}' end;
$$;

comment on function pgsync.verify_phases(pgsync.verify_runs)
is 'The phases of a verification, in order.';
