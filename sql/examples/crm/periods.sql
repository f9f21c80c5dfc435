-- Opens the months from April 2024 on, where the history begins, to the end of next year, as far as their
-- days have no period yet.
with month as materialized (
    select
        began.day::date as first_day,
        (began.day + interval '1 month')::date as next_day
    from generate_series(
        timestamp '2024-04-01',
        date_trunc('year', current_date::timestamp) + interval '23 months',
        interval '1 month'
    ) as began (day)
),

missing as materialized (
    select
        month.first_day,
        month.next_day - 1 as last_day
    from month
    where not exists (
        select
        from ledger.periods as period
        where period.days && daterange(month.first_day, month.next_day)
    )
)

select count(*) as periods_opened
from missing
cross join
    ledger.open_period(to_char(missing.first_day, 'YYYY-MM'), missing.first_day, missing.last_day);
