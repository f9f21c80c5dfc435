-- A trigger, or a function in the list of what a statement returns, may change a table again while the
-- statement that called it is not over. That inner change is reported first, though it is the later one.
-- So each report from within leaves a note for the rest of the statement, and an outer report that finds
-- one reads its rows from the table instead of taking the images it was given. How far within a report is,
-- the number of lines of its context tells; the text of a statement can add some, which at worst has rows
-- read again without need.
create or replace function pgsync.note_nesting(changed_table oid, context text)
returns boolean
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_table constant text := coalesce(pg_partition_root(changed_table::regclass)::oid, changed_table)::text;
    v_depth constant integer := length(context) - length(replace(context, E'\n', ''));
    v_moment constant text := (extract(epoch from statement_timestamp()) * 1000000)::bigint::text;
    v_noted text := coalesce(current_setting('pgsync.nested', true), '');
    v_noted_depth integer;
begin
    if split_part(v_noted, ' ', 1) <> v_moment then
        v_noted := v_moment;
    end if;
    v_noted_depth := coalesce(substring(v_noted from ' ' || v_table || ':([0-9]+)')::integer, 0);
    if v_depth > v_noted_depth then
        perform set_config(
            'pgsync.nested',
            regexp_replace(v_noted, ' ' || v_table || ':[0-9]+', '') || ' ' || v_table || ':' || v_depth,
            true
        );
    end if;
    return v_noted_depth > v_depth;
end;
$$;

comment on function pgsync.note_nesting(oid, text)
is 'Whether images of a table may be older than what a statement within this one has reported.';
