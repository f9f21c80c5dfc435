-- Has the changes of the shop's tables captured. The lines of an order come with the order, which keeps them.
select
    table_of.shop as attached,
    count(*) as steps
from (
    values
    ('shop.orders'::regclass),
    ('shop.inventory_adjustments'),
    ('shop.returns')
) as table_of (shop)
cross join lateral pgsync.attach(table_of.shop)
group by table_of.shop;
