-- Each pinned setting costs every statement of the application a little, so they are pinned only where they
-- could change an image. The time zone is not among them: see capture_frame.
create or replace function pgsync.capture_settings(source pgsync.sources)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case pgsync.capture_depends_on(source)
    when 'settings'
        then E'set search_path = pg_catalog, pgsync, pg_temp\nset datestyle = ''ISO, YMD''\n'
            || E'set intervalstyle = ''postgres''\nset extra_float_digits = 1\nset bytea_output = ''hex''\n'
            || 'set lc_monetary = ''C'''
end;
$$;

comment on function pgsync.capture_settings(pgsync.sources)
is 'The settings a capture function pins, so that a session can change no image; null for none.';
