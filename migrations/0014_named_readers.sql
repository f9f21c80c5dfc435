-- An owner's reader is known by who owns it, and its name is written down with the source: a role that is
-- renamed keeps its reader, a new role of that name gets one of its own, and a table whose owner changed says
-- that it still names the reader of the former one.
alter table pgsync.sources add column reader text;

comment on column pgsync.sources.reader
is 'The function in pgsync_read by which capture reads the table, as its owner when it was attached.';

-- The parameter has another name.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.reader_steps(name);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.reader_text(name);

-- Made anew with a parameter.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.inspect_capture();
