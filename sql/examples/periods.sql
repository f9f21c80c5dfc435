-- Opens the months of last year, this year and the next, as far as their days have no period yet.
with month as materialized (
    select
        (date_trunc('year', current_date) + make_interval(months => place.number))::date as first_day,
        (date_trunc('year', current_date) + make_interval(months => place.number + 1))::date as next_day
    from generate_series(-12, 23) as place (number)
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
