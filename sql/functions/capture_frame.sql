-- What all generated capture functions have in common. Only pg_catalog is searched for what is not
-- qualified, and the temporary schema last, so that nothing a user creates can take the place of the log.
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
    v_stale boolean := false;
    v_zone constant text := current_setting('timezone');
%sbegin
    -- Images are in UTC. The time zone is not pinned like the other settings, because the server reports it to
    -- clients and looks for changes after each statement that touched it; most sessions have it already.
    if v_zone not in ('UTC', 'Etc/UTC', 'GMT') then
        perform set_config('timezone', 'UTC', true);
    end if;
    -- Triggers within triggers report before the statement that caused them; see note_nesting.
    if pg_trigger_depth() > 1 or current_setting('pgsync.nested', true) <> '' then
        v_stale := pgsync.note_nesting(tg_relid);
    end if;
%s
    if v_zone not in ('UTC', 'Etc/UTC', 'GMT') then
        perform set_config('timezone', v_zone, true);
    end if;
    if not pg_try_advisory_xact_lock_shared(1886876531, 1) and pg_notification_queue_usage() < 0.5 then
        perform pg_notify('pgsync', '');
    end if;
    return null;
end;
$capture$;
$template$,
    source.function_name,
    pgsync.capture_settings(source),
    capture_frame.declarations,
    capture_frame.body
);
$$;

comment on function pgsync.capture_frame(pgsync.sources, text, text)
is 'The text of a generated capture function around its body.';
