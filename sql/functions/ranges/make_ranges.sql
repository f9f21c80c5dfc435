-- Keeps ranges ready ahead of the newest id, each for about a day; those of the audit log for about a month,
-- because it is kept for years, and a statement that does not name an id looks at each. A range that was used
-- up sooner, or later, makes the next one larger, or smaller. Where a range of the audit log ends, one of the
-- log does, too.
--
-- Attaching a range locks the open end against readers, and nothing that a writer locks. While several are
-- ready it does not even wait for those: it tries again at the next call.
create or replace function pgsync.make_ranges()
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set lock_timeout = '100ms'
set jit = off
as $$
    -- The statements are composed with %I and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_made integer := 0;
    v_table record;
    v_end record;
    v_ahead bigint;
    v_previous pgsync.id_ranges;
    v_is_used boolean;
    v_size bigint;
    v_until bigint;
    v_wanted bigint;
begin
    if not pg_try_advisory_xact_lock(1886876531, 6 /* ranges */) then
        return 0;
    end if;
    -- The audit log first, because its ranges bound those of the log.
    for v_table in
        select list.name, list.ahead, list.smallest, list.days
        from (
            values
            (
                'sync_audit_log', 3, 4000000::bigint,
                greatest(16, pgsync.configuration_integer('audit_retention_days') / 100)
            ),
            ('sync_logs', 4, 250000::bigint, greatest(1, pgsync.configuration_integer('retention_days') / 30))
        ) as list (name, ahead, smallest, days)
    loop
        v_end := pgsync.open_end(v_table.name);
        continue when not v_end.is_separate;
        select count(*)
        into v_ahead
        from pgsync.id_ranges as made
        where made.table_name = v_table.name and made.from_id > pgsync.last_id() and made.state = 'kept';
        continue when v_ahead >= v_table.ahead;

        begin
            execute format(
                'lock table only pgsync.%I in share update exclusive mode %s', v_table.name,
                case when v_ahead > 2 then 'nowait' else '' end
            );
            execute format(
                'lock table only %s in access exclusive mode %s', v_end.part,
                case when v_ahead > 2 then 'nowait' else '' end
            );
        exception when lock_not_available then
            if v_ahead < 2 then
                raise;
            end if;
            continue;
        end;
        execute format('select exists (select from %s)', v_end.part) into v_is_used;
        -- To be cut first.
        continue when v_is_used;
        while v_ahead < v_table.ahead loop
            select made.*
            into strict v_previous
            from pgsync.id_ranges as made
            where made.table_name = v_table.name
            order by made.until_id desc
            limit 1;
            v_size := (case
                when (
                    select count(*) from pgsync.id_ranges as made where made.table_name = v_table.name
                ) = 1 then v_table.smallest
                when v_previous.made_at = now() then v_previous.until_id - v_previous.from_id
                else (v_previous.until_id - v_previous.from_id)
                    * least(2, greatest(0.5, 86400 * v_table.days / extract(epoch from now() - v_previous.made_at)))
            end)::bigint;
            v_size := least(greatest(v_size, v_table.smallest), 400 * v_table.smallest);
            v_until := v_previous.until_id + v_size;
            select min(made.until_id)
            into v_wanted
            from pgsync.id_ranges as made
            where made.table_name = 'sync_audit_log'
                and v_table.name = 'sync_logs'
                and made.until_id > v_previous.until_id;
            if v_wanted < v_until + v_size / 2 then
                v_until := v_wanted;
            end if;
            perform pgsync.add_range(v_table.name, v_previous.until_id, v_until);
            v_ahead := v_ahead + 1;
            v_made := v_made + 1;
        end loop;
    end loop;
    return v_made;
end;
$$;

comment on function pgsync.make_ranges()
is 'Makes the ranges of ids that will be needed next; returns how many. It keeps no writer waiting.';
