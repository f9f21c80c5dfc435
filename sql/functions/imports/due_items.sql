create or replace function pgsync.due_items(
    import text,
    error_class text default null,
    most integer default 500,
    after bigint default 0
)
returns table (id bigint, stream text, item_id text, payload jsonb)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    item.id,
    split_part(item.item_id, ' ', 1),
    substr(item.item_id, strpos(item.item_id, ' ') + 1),
    item.payload
from pgsync.sync_failed_items as item
where item.kind = 'import'
    and item.subject = due_items.import
    and item.id > due_items.after
    and case
        -- Whoever names a class wants those that were given up, too.
        when due_items.error_class is null then item.state = 'open' and item.next_attempt_at <= clock_timestamp()
        else item.state <> 'resolved'
            and item.error_class like replace(replace(due_items.error_class, '_', '\_'), '*', '%')
    end
order by item.id
limit due_items.most;
$$;

comment on function pgsync.due_items(text, text, integer, bigint)
is 'The failed items of an import that are due, or all of a class, such as data.*, that are not resolved.';
