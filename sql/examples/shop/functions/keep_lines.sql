-- The orders are locked before their lines are read: who adds to the same order at the same time comes
-- second, and then sees the lines of the first. An update is looked at twice: a line may have moved from one
-- order to another.
create or replace function shop.keep_lines()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_orders constant bigint[] := array(select distinct line.order_id from changed_lines as line);
begin
    perform from shop.orders as locked where locked.id = any(v_orders) order by locked.id for no key update;

    update shop.orders
    set lines = kept.lines
    from (
        select
            changed.id,
            coalesce(
                jsonb_agg(to_jsonb(line) - 'order_id' order by line.line_number)
                filter (where line.order_id is not null),
                '[]'
            ) as lines
        from unnest(v_orders) as changed (id)
        left join shop.order_lines as line on line.order_id = changed.id
        group by changed.id
    ) as kept
    where orders.id = kept.id and orders.lines <> kept.lines;
    return null;
end;
$$;

comment on function shop.keep_lines() is 'Keeps a copy of the lines in their orders.';

revoke all on function shop.keep_lines() from public;

create or replace trigger lines_are_kept_after_insert
after insert on shop.order_lines
referencing new table as changed_lines
for each statement execute function shop.keep_lines();

create or replace trigger lines_are_kept_after_update
after update on shop.order_lines
referencing new table as changed_lines
for each statement execute function shop.keep_lines();

create or replace trigger lines_are_kept_where_they_were
after update on shop.order_lines
referencing old table as changed_lines
for each statement execute function shop.keep_lines();

create or replace trigger lines_are_kept_after_delete
after delete on shop.order_lines
referencing old table as changed_lines
for each statement execute function shop.keep_lines();

comment on trigger lines_are_kept_after_insert on shop.order_lines is 'Copies new lines to their orders.';
comment on trigger lines_are_kept_after_update on shop.order_lines is 'Copies changed lines to their orders.';
comment on trigger lines_are_kept_where_they_were on shop.order_lines
is 'Takes lines that moved to another order from the copy of the first.';
comment on trigger lines_are_kept_after_delete on shop.order_lines
is 'Takes lines that are gone from the copies.';
