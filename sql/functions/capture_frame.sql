-- What all generated capture functions have in common. Only pg_catalog is searched for what is not
-- qualified, and the temporary schema last, so that nothing a user creates can take the place of the log.
-- Each expression costs each transaction of the application, so the usual case is told by a single one.
-- The doorbell: a worker about to sleep holds the lock, so it is rung only when somebody sleeps; whoever
-- has the shared lock keeps it until commit, so no sleeper can miss the change.
create or replace function pgsync.capture_frame(source pgsync.sources, declarations text, body text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format($template$create or replace function pgsync.%I()
returns trigger
language plpgsql
security definer
%s
as $capture$
#variable_conflict use_column
declare
    v_context text;
    v_zone text;
    v_stale boolean%s;
%sbegin
    get diagnostics v_context = pg_context;
    -- Usually a statement of the application itself writes, its session is in UTC, and nobody sleeps.
    if v_context like E'%%\n%%'
        or current_setting('pgsync.nested', true) <> ''
        or current_setting('timezone') not in ('UTC', 'Etc/UTC', 'GMT')
        or not pg_try_advisory_xact_lock_shared(1886876531, 1)
    then
        -- Images are in UTC. The time zone is not pinned like the other settings, because the server reports it
        -- to clients and looks for changes after each statement that touched it.
        if current_setting('timezone') not in ('UTC', 'Etc/UTC', 'GMT') then
            v_zone := current_setting('timezone');
            perform set_config('timezone', 'UTC', true);
        end if;
        -- Statements within statements report before the one that caused them; see note_nesting.
        if v_context like E'%%\n%%' or current_setting('pgsync.nested', true) <> '' then
            v_stale := v_stale or pgsync.note_nesting(tg_relid, v_context);
        end if;
        if not pg_try_advisory_xact_lock_shared(1886876531, 1) and pg_notification_queue_usage() < 0.5 then
            perform pg_notify('pgsync', '');
        end if;
    end if;

%s
    if v_zone is not null then
        perform set_config('timezone', v_zone, true);
    end if;
    return null;
end;
$capture$;
$template$,
    source.function_name,
    pgsync.capture_settings(source),
    case pgsync.key_guard(source.source_table, source.key_columns)
        -- For a moment two rows may have the same key, so what is reported is read again.
        when 'deferrable' then ' := true'
        else ''
    end,
    capture_frame.declarations,
    capture_frame.body
);
$$;

comment on function pgsync.capture_frame(pgsync.sources, text, text)
is 'The text of a generated capture function around its body.';
