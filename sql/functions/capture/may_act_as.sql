-- Since PostgreSQL 16 membership may come without the right to act as the role.
create or replace function pgsync.may_act_as(role_name name, other_role name)
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pg_has_role(
    may_act_as.role_name,
    may_act_as.other_role,
    case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end
);
$$;

comment on function pgsync.may_act_as(name, name)
is 'Whether a role can become another one by SET ROLE.';
