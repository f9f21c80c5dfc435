-- A trigger of the application may change the same table again while the statement that fired it is not over.
-- That inner change is reported first, though it is the later one. So each inner report leaves a note for the
-- rest of the transaction, and an outer report that finds one reads its rows from the table instead of taking
-- the images it was given.
create or replace function pgsync.note_nesting(changed_table oid)
returns boolean
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_noted constant text := coalesce(current_setting('pgsync.nested', true), '');
    v_name constant text := format(' %s ', coalesce(pg_partition_root(changed_table::regclass)::oid, changed_table));
    v_is_noted constant boolean := strpos(v_noted, v_name) > 0;
begin
    -- Two: this function is called by the capture trigger, which an inner statement fired.
    if pg_trigger_depth() > 1 and not v_is_noted then
        perform set_config('pgsync.nested', v_noted || v_name, true);
    end if;
    return v_is_noted;
end;
$$;

comment on function pgsync.note_nesting(oid)
is 'Whether images of a table may be older than what a trigger within a trigger has reported.';
