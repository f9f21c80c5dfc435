-- A trigger, or a function in the list of what a statement returns, may change a table again while the statement
-- that called it is not over. That inner change is reported first, though it is the later one. So each report from
-- within leaves a note for the rest of the statement, and an outer report that finds one from deeper within reads
-- its rows from the table instead of taking the images it was given. The note is the last value of a sequence in
-- this session: other sessions have their own, and only capture may set it, so nobody can take it back. How far
-- within a report is, the number of lines of its context tells; the text of a statement can add some, to its own
-- and to all within it alike.
create or replace function pgsync.note_nesting(nesting text, session_setting text, context text)
returns boolean
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_depth constant bigint := least(length(context) - length(replace(context, E'\n', '')), 1023);
    -- In microseconds since 2020, which leaves room below for the depth.
    v_statement constant bigint
        := ((date_part('epoch', statement_timestamp()) * 1000000)::bigint - 1577836800000000) * 1024;
    v_noted bigint := 1;
begin
    if current_setting(session_setting, true) = 'on' then
        v_noted := currval(nesting::regclass);
    else
        begin
            v_noted := currval(nesting::regclass);
        exception when object_not_in_prerequisite_state then
            perform setval(nesting::regclass, 1);
        end;
        perform set_config(session_setting, 'on', false);
    end if;
    if v_depth > 0 and v_statement + v_depth > v_noted then
        perform setval(nesting::regclass, v_statement + v_depth);
    elsif v_noted between 2 and v_statement - 1 then
        -- Of an earlier statement: it has served its purpose.
        perform setval(nesting::regclass, 1);
    end if;
    return v_noted > v_statement + v_depth;
end;
$$;

comment on function pgsync.note_nesting(text, text, text)
is 'Whether images of a table may be older than what a statement within this one has reported.';
