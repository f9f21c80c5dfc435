-- Makes three logins with no right too many: one that owns the database and migrates it, one for workers, one
-- for the dashboard. Run again, it gives them the passwords and the rights they should have. For an administrator:
--   psql -X -v ON_ERROR_STOP=1 -d billing -v owner=billing -v owner_pgpass=FILE \
--       -v worker=worker -v worker_pgpass=FILE -v dashboard=dashboard -v dashboard_pgpass=FILE \
--       -f scripts/docker/logins.sql
-- With -v exchanges=on, workers exchange records with a master, as members of pgsync_node.
-- Each FILE is a password file of libpq (PGPASSFILE); of its first line the fifth field is the password.
--
-- No statement with a password in it may get into the log, slow, failing or picked at random, nor into the
-- statistics of an extension.
set log_statement = none;
set log_min_duration_statement = -1;
set log_min_duration_sample = -1;
set log_transaction_sample_rate = 0;
set log_min_error_statement = panic;
set debug_print_parse = off;
set debug_print_rewritten = off;
set debug_print_plan = off;
set pg_stat_statements.track_utility = off;
set pgaudit.log = none;
set client_min_messages = warning;
set search_path to pg_catalog, pg_temp;

\set owner_password `head -n 1 :'owner_pgpass' | cut -d : -f 5`
\set worker_password `head -n 1 :'worker_pgpass' | cut -d : -f 5`
\set dashboard_password `head -n 1 :'dashboard_pgpass' | cut -d : -f 5`
\set lacks_password `awk -F : 'FNR == 1 && length($5) >= 16 { good++ } END { print good < 3 ? "true" : "false" }' :'owner_pgpass' :'worker_pgpass' :'dashboard_pgpass'`
\if :lacks_password
do $$
begin
    raise exception 'a login needs a password of at least 16 characters'
        using hint = 'See what is in the files named by owner_pgpass, worker_pgpass and dashboard_pgpass.';
end;
$$;
\endif

\if :{?exchanges}
\else
\set exchanges off
\endif

\ir ../../sql/roles.sql

begin;

select format('create role %I', wanted.name)
from unnest(array[:'owner', :'worker', :'dashboard']) as wanted (name)
where not exists (select from pg_catalog.pg_roles as present where present.rolname = wanted.name)
\gexec

alter role :"owner" with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
password :'owner_password';
alter role :"worker" with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
password :'worker_password';
alter role :"dashboard" with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
password :'dashboard_password';

alter database :"DBNAME" owner to :"owner";
grant pgsync_owner to :"owner";

-- Two are members of what they need, whatever somebody granted them.
select format('revoke %I from %I granted by %I', held.rolname, member.rolname, grantor.rolname)
from pg_catalog.pg_auth_members as membership
inner join pg_catalog.pg_roles as held on membership.roleid = held.oid
inner join pg_catalog.pg_roles as member on membership.member = member.oid
inner join pg_catalog.pg_roles as grantor on membership.grantor = grantor.oid
where (member.rolname, held.rolname) in (
    select login.name, other.rolname
    from (
        values
        (:'worker', array['pgsync_worker'] || case when :'exchanges'::boolean then array['pgsync_node'] end),
        (:'dashboard', array['pgsync_dashboard'])
    ) as login (name, roles)
    inner join pg_catalog.pg_roles as other on other.rolname <> all(login.roles)
)
\gexec
grant pgsync_worker to :"worker";
\if :exchanges
grant pgsync_node to :"worker";
\endif
grant pgsync_dashboard to :"dashboard";

commit;
