-- While nodes listen there are many a second. Of those that are older than ten minutes the first of each
-- minute stays: see is_own_tick. Ticks of others stay.
create or replace function pgsync.prune_ticks(pruned_through bigint, until_tick bigint)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_old bigint;
begin
    if (
        select count(*) < 100
        from (
            select
            from pgsync.ticks as tick
            where tick.id > prune_ticks.pruned_through and tick.id < until_tick
            limit 100
        ) as newer
    ) then
        return;
    end if;
    select max(tick.id)
    into v_old
    from pgsync.ticks as tick
    where tick.id > prune_ticks.pruned_through
        and tick.id < until_tick
        and tick.taken_at < clock_timestamp() - interval '10 minutes';
    delete from pgsync.ticks as tick
    using pgsync.ticks as first
    where tick.id > prune_ticks.pruned_through
        and tick.id <= v_old
        and tick.is_fold
        and first.id >= prune_ticks.pruned_through
        and first.id < tick.id
        and first.is_fold
        and date_trunc('minute', first.taken_at) = date_trunc('minute', tick.taken_at);
    update pgsync.version_fold as fold
    set pruned_through = v_old
    where v_old is not null;
end;
$$;

comment on function pgsync.prune_ticks(bigint, bigint)
is 'Removes ticks of folds that nobody needs, some at a time.';
