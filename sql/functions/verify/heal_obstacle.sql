create or replace function pgsync.heal_obstacle(job bigint)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when looked.named >= pgsync.configuration_integer('verify_named_differences')
        then 'there are more differences than verify_named_differences records'
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
        greatest(
            coalesce(sum(source.different), 0),
            (
                select count(distinct (difference.source_table, difference.record_id))
                from pgsync.sync_differences as difference
                where difference.last_job = heal_obstacle.job
                    and difference.state in ('open', 'healed')
                    and difference.record_id is not null
            )
        ) as different,
        (select run.named from pgsync.verify_runs as run where run.job = heal_obstacle.job) as named
    from pgsync.verified_sources as source
    where source.job = heal_obstacle.job
) as looked
left join (
    -- A record may differ in several ways, which are about the same money.
    select record.currency, sum(record.amount) / 10 ^ max(currency.exponent) as units
    from (
        select difference.currency, max(difference.amount) as amount
        from pgsync.sync_differences as difference
        where difference.last_job = heal_obstacle.job and difference.state in ('open', 'healed')
        group by difference.currency, difference.source_table, difference.record_id
    ) as record
    inner join ledger.currencies as currency on record.currency = currency.code
    group by record.currency
    order by 2 desc
    limit 1
) as stake on true;
$$;

comment on function pgsync.heal_obstacle(bigint)
is 'Why a verification must not heal what it found: too many records differ, or too much money is at stake.';
