-- Reads what is new at 11 and at 19 o'clock; a run that was missed by more than three hours is left to the
-- next.
select pgsync.set_schedule(
    'irelandpay-11', 'import', '0 11 * * *', time_zone => 'America/Chicago', subject => 'irelandpay',
    type => 'daily', too_late_after => interval '3 hours'
) as next_run_at;

select pgsync.set_schedule(
    'irelandpay-19', 'import', '0 19 * * *', time_zone => 'America/Chicago', subject => 'irelandpay',
    type => 'daily', too_late_after => interval '3 hours'
) as next_run_at;
