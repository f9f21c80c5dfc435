create or replace function pgsync.is_dropped(kind text, key text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_ranges constant regclass := to_regclass('pgsync.id_ranges');
    v_dropped boolean;
begin
    -- Where the audit log is not kept in ranges, none was dropped.
    if is_dropped.kind <> 'audit' or v_ranges is null then
        return false;
    end if;
    execute format(
        'select exists (select from %s as made where made.table_name = %L and made.state = %L '
        || 'and $1 >= made.from_id and $1 < made.until_id)',
        v_ranges, 'sync_audit_log', 'dropped'
    )
    into v_dropped
    using split_part(is_dropped.key, '.', 1)::bigint;
    return v_dropped;
end;
$$;

comment on function pgsync.is_dropped(text, text)
is 'Whether a row was in a range of the audit log that was dropped after its totals were frozen.';
