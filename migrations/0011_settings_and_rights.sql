-- The settings get the column names that administrators write by heart: update sync_configuration set
-- config_value = '10' where config_key = 'max_retry_attempts'. The view pgsync.configuration, the functions
-- and the program keep saying key and value, which programs read. Until the functions that read the table
-- are made anew, right after this, a worker finds no settings and tries again.
--
-- And what a migration leaves behind is written down, because a restore may bring the tables without their
-- rights, owners or triggers: the record comes along with the rows, so what differs from it can be named.
-- squawk-ignore renaming-column
alter table pgsync.sync_configuration rename column key to config_key;
-- squawk-ignore renaming-column
alter table pgsync.sync_configuration rename column value to config_value;

comment on table pgsync.sync_configuration
is 'Settings, in force as soon as a change is committed. Only config_value is there to be updated.';

create table pgsync.schema_objects (
    kind text not null,
    name text not null,
    owner text not null,
    rights text[] not null default '{}',
    state text not null default '',
    constraint schema_objects_pkey primary key (kind, name),
    constraint kind_is_known check (kind in ('schema', 'table', 'sequence', 'function', 'type', 'trigger'))
);

comment on table pgsync.schema_objects
is 'Our objects as the last pgsync migrate left them, for pgsync.inspect_schema to compare with.';
comment on column pgsync.schema_objects.kind is 'schema, table or view, sequence, function, type, trigger.';
comment on column pgsync.schema_objects.name is 'The name with its schema; of a function, its arguments too.';
comment on column pgsync.schema_objects.owner is 'The role that owns it.';
comment on column pgsync.schema_objects.rights
is 'What PUBLIC and the roles of pgsync may do, such as "pgsync_reader SELECT".';
comment on column pgsync.schema_objects.state
is 'Of a function: whose rights it runs with, its settings. Of a trigger: when it fires.';

revoke all on table pgsync.schema_objects from public;

-- Made anew with another result and a parameter.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.capture_growth();
-- squawk-ignore ban-drop-function
drop function if exists pgsync.table_growth(regclass);
