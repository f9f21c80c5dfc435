-- At most one change of a bill at a time. A bill that is not there, because it was deleted, stays unchanged.
create or replace function clinic.changes(last_block bigint, bills integer, changes integer, seed bigint)
returns table (bill bigint, what text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
select
    drawn.bill,
    (
        array[
            'print', 'print', 'print', 'amend', 'amend', 'amend', 'cancel', 'cancel', 'delete', 'reinstate', 'mend',
            'mend'
        ]
    )[1 + clinic.dice(seed, min(drawn.number), 53, 12)] as what
from (
    select
        draw.number,
        1000000 * (1 + clinic.dice(seed, draw.number, 51, last_block)) + 1 + clinic.dice(seed, draw.number, 52, bills)
        as bill
    from generate_series(last_block * 1000000 + 1, last_block * 1000000 + changes) as draw (number)
) as drawn
group by drawn.bill;
$$;

comment on function clinic.changes(bigint, integer, integer, bigint)
is 'Which of all generated bills change, and how.';

revoke all on function clinic.changes(bigint, integer, integer, bigint) from public;
