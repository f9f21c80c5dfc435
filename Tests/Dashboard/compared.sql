-- Two comparisons as their runs leave them: one with scores that get better, all kinds of differences, a side that could
-- not be reached and more differences than were counted; and one whose sides are the same.
select pgsync.apply_comparison('warehouse', 2, $definition$compare warehouse version 2 every 6 h
  sides Supplier, Books
  entity items
    left supplier.items
    right books.items
    key id
    columns name, price
    groups brand
    metrics active count where active = true, value sum price * stock
    sync above 5
    heal by copy
  entity prices
    left supplier.prices
    right books.prices
    key id
  entity images
    left supplier.images
    right books.images
    key item_id
    coverage of items
  entity vendors
    left supplier.vendors
    right books.vendors
    key id
$definition$, 'Supplier', 'Books', '{items,prices,images,vendors}', '0 */6 * * *');
select pgsync.apply_comparison('mirror', 1, E'compare mirror version 1\n  entity beds\n    left a.beds\n    right b.beds\n    key id\n', 'left', 'right', '{beds}');

with ran as (
    insert into pgsync.sync_jobs (
        kind, subject, type, state, trigger, requested_by, attempts, requested_at, started_at, heartbeat_at, finished_at
    )
    select
        'compare', made.name, 'compare', 'completed', 'schedule', 'pgsync', 1, now() - made.ago, now() - made.ago,
        now() - made.ago + interval '28 s', now() - made.ago + interval '28.3 s'
    from (
        select 'warehouse' as name, n * interval '6 hours' as ago from generate_series(1, 12) as n
        union all
        select 'mirror', interval '1 day'
    ) as made
    order by made.ago desc
    returning id, subject, started_at
),

numbered as (
    select ran.*, row_number() over (partition by ran.subject order by ran.started_at) as n
    from ran
)

insert into pgsync.compare_runs (
    job, comparison, version, number, heals, is_dry, started_at, finished_at, match, health, freshness_cost, failures_cost,
    sweep_cost, capped_by
)
select
    own.id, own.subject, case own.subject when 'warehouse' then 2 else 1 end, own.n, own.n % 3 = 0, own.n % 12 = 6,
    own.started_at, own.started_at + interval '28 s', score.match,
    case when own.subject = 'mirror' then 100 when own.n = 12 then 89.9 else score.match - 0.3 end, 0,
    case own.subject when 'mirror' then 0 else 0.3 end, 0, case when own.subject = 'warehouse' and own.n = 12 then 'vendors' end
from numbered as own
cross join lateral (select case own.subject when 'mirror' then 100 else 86.5 + own.n end as match) as score;

insert into pgsync.compare_results (
    job, entity, place, state, problem, left_count, right_count, missing_left, missing_right, different, ambiguous, moving,
    matched, beyond, match, verdict, sync_above, is_due, covers, coverage, metrics, groups, data_at, healed, unhealed,
    heal_problem, duration
)
select
    run.job, made.entity, made.place, case when made.problem is null then 'compared' else 'not_compared' end, made.problem,
    made.counts[1], made.counts[2], made.counts[3], made.counts[4], made.counts[5], made.counts[6], made.counts[7],
    made.counts[8], case made.entity when 'prices' then 1 else 0 end, made.match, made.verdict, 5, made.is_due, made.covers, made.coverage,
    case made.entity
        when 'items' then '{"active": {"left": "1200", "right": "1200"}, "value": {"left": "123456789.50", "right": "123450000.00"}}'
        else '{}'
    end::jsonb,
    case made.entity
        when 'items'
            then '{
                "brand": {
                    "values": 12, "is_capped": false, "different": [
                        {"value": null, "left": 10, "right": 4}, {"value": "Acme", "left": 210, "right": 206}
                    ]
                }
            }'
        else '{}'
    end::jsonb,
    now() - interval '3 hours', made.healed, made.unhealed, made.heal_problem, interval '6.2 s'
from pgsync.compare_runs as run
inner join (
    values
    (
        'warehouse', 'items', 1, null, '{1250, 1241, 2, 11, 7, 1, 3, 1231}'::bigint[], 98.32, 'good', true, null, null, 6, 15,
        'heal at most 6 rows'
    ),
    (
        'warehouse', 'prices', 2, null, '{250000, 120000, 0, 10000, 0, 0, 0, 120000}', 92.3, 'critical', true, null, null, 0, 0,
        null
    ),
    ('warehouse', 'images', 3, null, '{780, 780, 0, 0, 0, 0, 0, 780}', 100, 'perfect', false, 'items', 62.85, 0, 0, null),
    (
        'warehouse', 'vendors', 4, 'cannot connect to supplier: the server db.supplier.example did not answer within 5 s',
        null, null, null, false, null, null, 0, 0, null
    ),
    ('mirror', 'beds', 1, null, '{40, 40, 0, 0, 0, 0, 0, 40}', 100, 'perfect', false, null, null, 0, 0, null)
) as made (
    name, entity, place, problem, counts, match, verdict, is_due, covers, coverage, healed, unhealed, heal_problem
)
    on run.comparison = made.name;

insert into pgsync.compare_differences (
    job, entity, key, kind, columns, left_row, right_row, state, problem, settled_at, settled_by
)
select
    run.job, 'items', jsonb_build_object('id', (7000 + n)::text), made.kind, made.columns::text[], made.left_row::jsonb,
    made.right_row::jsonb, made.state, case made.state when 'failed' then 'a row of the same name is there' end,
    case when made.state <> 'found' then now() end, case when made.state <> 'found' then 'pgsync' end
from pgsync.compare_runs as run
cross join generate_series(1, 21) as n
cross join lateral (
    select
        (array['different', 'missing_right', 'missing_left'])[1 + n % 3] as kind,
        case n % 3 when 0 then '{price,name}' else '{}' end as columns,
        case when n % 3 < 2 then '{"id": "7", "name": "Gauze", "price": "12.50"}' end as left_row,
        case when n % 3 <> 1 then '{"id": "7", "name": "Gauze, sterile", "price": null}' end as right_row,
        case when n < 7 then 'healed' when n = 7 then 'failed' else 'found' end as state
) as made
where run.comparison = 'warehouse' and run.number = 12;
