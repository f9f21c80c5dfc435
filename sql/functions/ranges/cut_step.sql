-- Cuts the open end off: what it holds becomes a range, and a new open end is empty. This is how a table
-- without ranges gets its first one, and how rows leave an open end that they should never have reached. The
-- rows stay where they are. Each call takes one step, for a transaction of its own:
--
-- 1. bounded: a constraint keeps out ids from a bound on, so far ahead that nobody gets there soon.
-- 2. checked: it is checked that what is there keeps to it, while others write.
-- 3. cut: so the table can be attached with that bound, without being read.
--
-- The first and the last step lock out writers for a moment: not while a transaction holds them up, never
-- waiting for long, and giving up is no error. A bound that came near meanwhile is replaced by a farther one,
-- before all else: nothing that is in the way of a cut may make a write fail.
create or replace function pgsync.cut_step(table_name text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set lock_timeout = '100ms'
set jit = off
as $$
    -- The statements are composed with %I and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_parent constant regclass := format('pgsync.%I', cut_step.table_name)::regclass;
    v_is_new constant boolean := not (select sequence.is_called from pgsync.sync_logs_id_seq as sequence);
    v_key constant text := case cut_step.table_name when 'sync_logs' then 'id' else 'log_id' end;
    v_end record;
    v_left record;
    v_from bigint;
    v_base bigint;
    v_bound bigint;
    v_margin bigint;
    v_is_used boolean;
begin
    if cut_step.table_name not in ('sync_logs', 'sync_audit_log') then
        raise exception 'only sync_logs and sync_audit_log are kept in ranges'
            using errcode = 'invalid_parameter_value';
    end if;
    -- One session at a time; the others need not wait.
    if not pg_try_advisory_xact_lock(1886876531, 6 /* ranges */) then
        return 'busy';
    end if;
    v_end := pgsync.open_end(cut_step.table_name);
    select own.* into v_left from pgsync.cut_bound(cut_step.table_name) as own;
    select coalesce(max(made.until_id), 0)
    into v_from
    from pgsync.id_ranges as made
    where made.table_name = cut_step.table_name;
    if v_left.is_near is not true then
        if v_end.is_separate then
            execute format('select exists (select from %s)', v_end.part) into v_is_used;
            if not v_is_used then
                return 'done';
            end if;
        end if;
        if not v_is_new and pgsync.lasting_locks(array[v_parent, v_end.part]) > 0 then
            return 'busy';
        end if;
    end if;

    begin
        if v_left.bound is null or v_left.is_near then
            execute format('lock table only %s in access exclusive mode', v_end.part);
            if v_left.is_near then
                execute format('alter table only %s drop constraint %I', v_end.part, 'stays_below_' || v_left.bound);
            end if;
            v_base := greatest(v_from, pgsync.last_id());
            v_margin := pgsync.cut_margin();
            -- Where a range of the other table ends, if that is about as far.
            v_bound := coalesce(
                (
                    select min(made.until_id)
                    from pgsync.id_ranges as made
                    where made.table_name <> cut_step.table_name
                        and made.until_id > v_base + v_margin / 4 * 3
                        and made.until_id < v_base + 2 * v_margin
                ),
                v_base + v_margin
            );
            execute format(
                'alter table only %s add constraint %I check (%I >= %s and %I < %s) not valid',
                v_end.part, 'stays_below_' || v_bound, v_key,
                case v_from when 0 then '-9223372036854775808' else v_from::text end, v_key, v_bound
            );
            return 'bounded';
        elsif not v_left.is_checked then
            execute format('alter table only %s validate constraint %I', v_end.part, 'stays_below_' || v_left.bound);
            return 'checked';
        end if;
        perform pgsync.cut(cut_step.table_name, v_from, v_left.bound);
        return 'cut';
    exception when lock_not_available then
        return 'busy';
    end;
end;
$$;

comment on function pgsync.cut_step(text)
is 'The next step of making the open end of sync_logs or sync_audit_log empty; done when it is.';
