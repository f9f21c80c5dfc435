-- Anyone who can connect can take any advisory lock; only its holder distinguishes our lock from a foreign
-- one. Writers to an attached table share the doorbell's lock, whatever their role; see foreign_locks.
create or replace function pgsync.may_hold(holder oid, lock_class bigint, lock_number bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select exists (
    select
    from pg_catalog.pg_roles as role
    where role.oid = may_hold.holder
        and (
            role.rolsuper
            or pg_has_role(role.oid, (
                select namespace.nspowner from pg_catalog.pg_namespace as namespace where namespace.nspname = 'pgsync'
            ), 'member')
            or exists (
                select
                from pg_catalog.pg_roles as own
                where pg_has_role(role.oid, own.oid, 'member')
                    and own.rolname = any(
                        case
                            when lock_class = 28775 then '{}'
                            when lock_class = 1886876533 or (lock_class, lock_number) = (1886876531, 4)
                                then array['pgsync_worker']
                            else array['pgsync_worker', 'pgsync_operator']
                        end
                    )
            )
        )
);
$$;

comment on function pgsync.may_hold(oid, bigint, bigint)
is 'Whether a role is one of those that take an advisory lock of pgsync.';
