-- What all generated capture functions have in common. Pinning a search path would cost each statement of the
-- application a tenth of what capture costs it. So every function, operator and type of theirs is named with
-- its schema, and nothing that a user creates can take the place of one: write none of them without, and
-- neither "nullif", "in", "like", "is distinct from" nor "case x when", which look for their operator in the
-- path. Each expression costs each transaction of the application, and each function in it the check of a
-- right, so the usual case is told by a single one with few. The doorbell: a worker about to sleep holds the
-- lock, so it is rung only when somebody sleeps; whoever has the shared lock keeps it until commit, so no
-- sleeper can miss the change.
create or replace function pgsync.capture_frame(source pgsync.sources, declarations text, body text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
#variable_conflict use_column
<<pgsync_capture>>
declare
    v_root pg_catalog.oid := %3$s;
    v_context pg_catalog.text;
    v_zone pg_catalog.text;
    v_origin pg_catalog.text;
    v_correlation_id pg_catalog.text;
    v_stale boolean := %1$L;
%2$sbegin
    get diagnostics v_context = pg_context;
    -- Usually a statement of the application itself writes and says nothing of itself, and nobody sleeps.
    if (
        case
            when v_root operator(pg_catalog.<>) '%4$s' or v_context operator(pg_catalog.~~) E'%%\n%%' then true
            when pg_catalog.current_setting(%6$L, true) operator(pg_catalog.=) 'on' then
                pg_catalog.currval(%7$L) operator(pg_catalog.>) 1
                or greatest(
                    pg_catalog.current_setting('pgsync.origin', true),
                    pg_catalog.current_setting('pgsync.correlation_id', true)
                ) operator(pg_catalog.<>) ''
%8$s                or not pg_catalog.pg_try_advisory_xact_lock_shared(1886876531, 1 /* doorbell */)
            else true
        end
    ) then
        if v_root operator(pg_catalog.<>) '%4$s' then
            v_root := pgsync.attached_root(%5$L, tg_relid);
            if v_root is null then
                return null;
            end if;
        end if;
        v_stale := pgsync.note_nesting(%7$L, %6$L, v_context) or v_stale;
        if pg_catalog.current_setting('pgsync.origin', true) operator(pg_catalog.<>) '' then
            v_origin := pg_catalog.left(pg_catalog.current_setting('pgsync.origin'), 200);
        end if;
        if pg_catalog.current_setting('pgsync.correlation_id', true) operator(pg_catalog.<>) '' then
            v_correlation_id := pg_catalog.left(pg_catalog.current_setting('pgsync.correlation_id'), 200);
        end if;
        -- Images are in UTC. The time zone is not pinned like other settings, because the server reports it
        -- to clients and looks for changes after each statement that touched it.
        if pg_catalog.current_setting('timezone') operator(pg_catalog.<>) all (array['UTC', 'Etc/UTC', 'GMT']) then
            v_zone := pg_catalog.current_setting('timezone');
            perform pg_catalog.set_config('timezone', 'UTC', true);
        end if;
        if not pg_catalog.pg_try_advisory_xact_lock_shared(1886876531, 1 /* doorbell */)
            and pg_catalog.pg_notification_queue_usage() operator(pg_catalog.<) 0.5
        then
            perform pg_catalog.pg_notify('pgsync', '');
        end if;
    end if;

%9$s
    if v_zone is not null then
        perform pg_catalog.set_config('timezone', v_zone, true);
    end if;
    return null;
end;
$template$,
    -- For a moment two rows may have the same key, so what is reported is read again.
    coalesce(
        pgsync.key_uniqueness(
            source.source_table,
            array(
                select captured.column_name
                from pgsync.captured_columns(source) as captured
                where captured.key_place is not null
            )
        ) = 'deferrable',
        false
    ),
    capture_frame.declarations,
    pgsync.capture_root(source.source_table),
    source.source_table::oid,
    source.function_name,
    -- A session that used the function before it was made anew has noted nothing for this one.
    'pgsync.' || source.function_name || '_' || source.version,
    'pgsync.' || source.function_name || '_nesting',
    case
        when pgsync.capture_depends_on(source) <> 'nothing'
            then E'                or pg_catalog.current_setting(''timezone'') operator(pg_catalog.<>) all '
                || E'(array[''UTC'', ''Etc/UTC'', ''GMT''])\n'
        else ''
    end,
    capture_frame.body
);
$$;

comment on function pgsync.capture_frame(pgsync.sources, text, text)
is 'The frame of a generated capture function, around the part that depends on its kind.';
