create or replace function pgsync.due_items(
    import text,
    stream text,
    error_class text default null,
    most integer default 500,
    after bigint default 0
)
returns table (id bigint, item_id text, payload jsonb)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    item.id,
    substr(item.item_id, length(due_items.stream) + 2),
    item.payload
from pgsync.sync_failed_items as item
where item.kind = 'import'
    and item.subject = due_items.import
    and item.state <> 'resolved'
    and starts_with(item.item_id, due_items.stream || ' ')
    and item.id > due_items.after
    and pgsync.reaches(due_items.import)
    and case
        -- Whoever names a class wants those that were given up, too.
        when due_items.error_class is null then item.state = 'open' and item.next_attempt_at <= clock_timestamp()
        else item.error_class like replace(replace(due_items.error_class, '_', '\_'), '*', '%')
    end
order by item.id
limit due_items.most;
$$;

comment on function pgsync.due_items(text, text, text, integer, bigint)
is 'The failed items of a stream that are due, or all of a class, such as data.*, that are not resolved.';
