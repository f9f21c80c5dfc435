-- A trigger, or a function in the list of what a statement returns, may change a table again while the
-- statement that called it is not over. That inner change is reported first, though it is the later one. So
-- each report from within leaves a note for the rest of the statement, and an outer report that finds one
-- from deeper within reads its rows from the table instead of taking the images it was given. How far within
-- a report is, the number of lines of its context tells; the text of a statement can add some, to its own and
-- to all within it alike. The note is the last value of a sequence in this session: other sessions have their
-- own, and only capture may set it. All a session can do is to forget it (discard sequences) and then looks
-- like one that has written nothing yet. That is why there is a second note, a lock of this transaction,
-- which nobody can give back: it is looked for only where the first is missing. Its key is one that no other
-- session holds against it, or else a random one.
create or replace function pgsync.note_nesting(nesting text, session_setting text, context text)
returns boolean
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_depth constant bigint := least(length(context) - length(replace(context, E'\n', '')), 1023)::bigint;
    -- In microseconds since 2020, which leaves room below for the depth.
    v_statement constant bigint
        := ((date_part('epoch', statement_timestamp()) * 1000000)::bigint - 1577836800000000) * 1024;
    v_noted bigint;
begin
    begin
        v_noted := currval(nesting::regclass);
    exception when object_not_in_prerequisite_state then
        -- Either nothing was written yet, or it was forgotten: then all that follows in this statement is stale.
        v_noted := case
            when exists (
                select
                from pg_catalog.pg_locks as own
                where own.locktype = 'advisory' and own.pid = pg_backend_pid() and own.classid = 1886876534 /* nesting */
            )
                then v_statement + 1023
            else 1
        end;
        perform setval(nesting::regclass, v_noted);
    end;
    if v_depth > 0
        and not pg_try_advisory_xact_lock_shared(
            1886876534 /* nesting */, hashtext(concat_ws(' ', pg_backend_pid(), pg_current_xact_id()))
        )
    then
        perform pg_try_advisory_xact_lock_shared(1886876534 /* nesting */, hashtext(gen_random_uuid()::text));
    end if;
    if current_setting(session_setting, true) is distinct from 'on' then
        perform set_config(session_setting, 'on', false);
    end if;
    if v_depth > 0 and v_statement + v_depth > v_noted then
        perform setval(nesting::regclass, v_statement + v_depth);
    elsif v_noted between 2 and v_statement - 1 then
        -- Of an earlier statement: it has served its purpose.
        perform setval(nesting::regclass, 1);
    end if;
    return v_depth = 1023 or v_noted > v_statement + v_depth;
end;
$$;

comment on function pgsync.note_nesting(text, text, text)
is 'Whether images of a table may be older than what a nested statement has reported.';
