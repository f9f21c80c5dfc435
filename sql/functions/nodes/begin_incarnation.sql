create or replace function pgsync.begin_incarnation(name text default null)
returns uuid
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.node_identity as own
set
    incarnation = gen_random_uuid(),
    name = coalesce(begin_incarnation.name, own.name),
    cursor_secret = gen_random_uuid()::text || gen_random_uuid()::text,
    since = clock_timestamp()
returning own.incarnation;
$$;

comment on function pgsync.begin_incarnation(text)
is 'Has all nodes load everything anew, after this database was restored; also gives it another name.';
