-- Has the changes of the market's tables captured.
select
    table_of.market as attached,
    count(*) as steps
from (
    values
    ('market.orders'::regclass),
    ('market.invoices'),
    ('market.payments'),
    ('market.refunds')
) as table_of (market)
cross join lateral pgsync.attach(table_of.market)
group by table_of.market;
