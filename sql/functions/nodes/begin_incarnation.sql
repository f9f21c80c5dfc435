-- What is in the log and not in the versions is folded by the transaction numbers of the server that wrote
-- it. The numbers of another server begin anew, and the ticks with them: see start_fold.
create or replace function pgsync.begin_incarnation(name text default null)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_incarnation uuid;
begin
    perform from pgsync.version_fold for update;
    if pgsync.folded_through() is not null then
        perform from pgsync.fold_changes(null);
        if (
            select pg_snapshot_xmin(newest.snapshot) > pg_snapshot_xmax(pg_current_snapshot())
            from pgsync.ticks as newest
            order by newest.id desc
            limit 1
        ) then
            delete from pgsync.ticks;
            update pgsync.version_fold as fold
            set folded_through = null, snapshot = null, pruned_through = 0;
        end if;
    end if;
    update pgsync.node_identity as own
    set
        incarnation = gen_random_uuid(),
        name = coalesce(begin_incarnation.name, own.name),
        cursor_secret = gen_random_uuid()::text || gen_random_uuid()::text,
        since = clock_timestamp()
    returning own.incarnation into v_incarnation;
    return v_incarnation;
end;
$$;

comment on function pgsync.begin_incarnation(text)
is 'Has all nodes load everything anew, after this database was restored; also gives it another name.';
