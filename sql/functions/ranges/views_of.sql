create or replace function pgsync.views_of(relation regclass)
returns table (oid oid)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select distinct view.oid
from pg_catalog.pg_depend as link
inner join pg_catalog.pg_rewrite as rule on rule.oid = link.objid
inner join pg_catalog.pg_class as view on view.oid = rule.ev_class and view.relkind in ('v', 'm')
where link.classid = 'pg_catalog.pg_rewrite'::regclass
    and link.refclassid = 'pg_catalog.pg_class'::regclass
    and link.refobjid = views_of.relation;
$$;

comment on function pgsync.views_of(regclass)
is 'The views that read a table.';
