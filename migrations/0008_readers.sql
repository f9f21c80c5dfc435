-- Capture does not read the tables of others with rights of its own any more. Each owner of an attached table
-- has a reader, a function in the schema pgsync_read that is his: what his policies, casts and index
-- expressions do while his rows are read, they do with his rights. The schema is in nobody's search path, and
-- only while a table is being attached may its owner create in it.
do $$
declare
    v_owner constant name := current_user;
begin
    -- The owner of the other schemas may not create any; whoever migrates may, as he did for those.
    perform set_config('role', 'none', true);
    execute format('create schema pgsync_read authorization %I', v_owner);
    perform set_config('role', v_owner, true);
end;
$$;

comment on schema pgsync_read is 'Functions by which capture reads the tables of each owner, as their owner.';

revoke all on schema pgsync_read from public;

-- The type of a column that is gone: no table has one of it, so whoever finds it knows.
create type pgsync.gone as enum ();

comment on type pgsync.gone is 'Stands for a column that was dropped or renamed; it has no values.';

-- What generated functions of earlier versions call while they run stays until their tables are attached
-- again, which pgsync doctor asks for; what only made their texts goes.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.backfill_text(pgsync.sources);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_frame(pgsync.sources, text, text);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_insert(pgsync.sources, text, text);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_new(pgsync.sources, text);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_one(pgsync.sources, text);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_record(pgsync.sources, text, text, text, text, text);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_rights(regclass);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_settings(pgsync.sources);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_truncate(pgsync.sources, text);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_variables(pgsync.sources, text, text, text);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.find_truncated(pgsync.claim);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.table_shape(regclass);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.shape_columns(regclass, jsonb);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_triggers(pgsync.sources);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_reread(text);

comment on column pgsync.sources.shape
is 'The columns by number, when it was attached: name in images, type, and column, what it was called then.';
comment on column pgsync.sources.key_columns
is 'The columns that identify a record, in order, by their names in images.';
comment on column pgsync.sources.captured_columns
is 'The columns that are stored, by their names in images; null for all.';
comment on column pgsync.sync_logs.source_version
is 'The version of the source that made the image; null for a change that no trigger captured.';
