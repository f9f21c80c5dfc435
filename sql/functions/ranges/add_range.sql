-- CREATE TABLE … PARTITION OF would lock the parent against everybody. Attaching a table locks only the open
-- end, which nobody writes to, and that its caller has locked.
create or replace function pgsync.add_range(table_name text, from_id bigint, until_id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statements are composed with %I.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_name constant text := pgsync.next_range_name(add_range.table_name);
    v_part regclass;
begin
    execute format(
        'create table pgsync.%I (like pgsync.%I including all excluding comments)', v_name, add_range.table_name
    );
    v_part := format('pgsync.%I', v_name)::regclass;
    perform pgsync.guard_range(
        v_part, format('%s: ids from %s until %s.', add_range.table_name, add_range.from_id, add_range.until_id)
    );
    execute format(
        'alter table pgsync.%I attach partition %s for values from (%s) to (%s)',
        add_range.table_name, v_part, add_range.from_id, add_range.until_id
    );
    insert into pgsync.id_ranges (table_name, range_name, from_id, until_id)
    values (add_range.table_name, v_name, add_range.from_id, add_range.until_id);
end;
$$;

comment on function pgsync.add_range(text, bigint, bigint)
is 'Makes the table of a range and attaches it.';
