create or replace function pgsync.heal_obstacle(job bigint)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when looked.different > 10
        and looked.different * 100 > looked.records * pgsync.configuration_number('heal_limit_percent')
        then format(
            '%s of %s records differ, more than heal_limit_percent (%s) allows',
            looked.different, looked.records, pgsync.configuration_text('heal_limit_percent')
        )
    when stake.units > pgsync.configuration_number('heal_limit_amount')
        then format(
            '%s %s are at stake, more than heal_limit_amount (%s) allows',
            round(stake.units), stake.currency, pgsync.configuration_text('heal_limit_amount')
        )
end
from (
    select
        coalesce(sum(source.records), 0) as records,
        (
            select count(*)
            from pgsync.sync_differences as difference
            where difference.last_job = heal_obstacle.job
                and difference.state in ('open', 'healed')
                and difference.record_id is not null
        ) as different
    from pgsync.verified_sources as source
    where source.job = heal_obstacle.job
) as looked
left join (
    select difference.currency, sum(difference.amount) / 10 ^ max(currency.exponent) as units
    from pgsync.sync_differences as difference
    inner join ledger.currencies as currency on difference.currency = currency.code
    where difference.last_job = heal_obstacle.job and difference.state in ('open', 'healed')
    group by difference.currency
    order by 2 desc
    limit 1
) as stake on true;
$$;

comment on function pgsync.heal_obstacle(bigint)
is 'Why a verification must not heal what it found: too many records differ, or too much money is at stake.';
