-- The table of sync_logs or sync_audit_log that takes what no range takes. Before the first cut it is the
-- whole table, or its only partition.
create or replace function pgsync.open_end(table_name text, out part regclass, out is_separate boolean)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
declare
    v_parent constant regclass := format('pgsync.%I', open_end.table_name)::regclass;
begin
    select own.partdefid::regclass
    into part
    from pg_catalog.pg_partitioned_table as own
    where own.partrelid = v_parent;
    is_separate := coalesce(part <> 0, false);
    if is_separate then
        return;
    end if;
    select link.inhrelid::regclass
    into part
    from pg_catalog.pg_inherits as link
    inner join pg_catalog.pg_class as relation on relation.oid = link.inhrelid
    where link.inhparent = v_parent
        and pg_get_expr(relation.relpartbound, relation.oid) like '% TO (MAXVALUE)';
    part := coalesce(part, v_parent);
end;
$$;

comment on function pgsync.open_end(text)
is 'The part of sync_logs or sync_audit_log without an upper bound, and whether it is separate from ranges.';
