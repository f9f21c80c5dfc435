-- Each part of the generator asks for the drafts again and takes those of its kind: nothing has to be stored.
create or replace function clinic.drafts(
    first_bill bigint,
    bills integer,
    seed bigint,
    bad_share numeric,
    last_day date
)
returns table (
    bill bigint,
    kind text,
    patient_id bigint,
    day date,
    mode text,
    payer_type text,
    flaw text
)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
select
    drawn.bill,
    (array['consultation', 'pharmacy', 'lab', 'ultrasound', 'pharmacy'])[1 + clinic.dice(seed, drawn.bill, 1, 5)]
    as kind,
    1 + clinic.dice(seed, drawn.bill, 2, 5000) as patient_id,
    last_day - clinic.dice(seed, drawn.bill, 3, 360)::integer as day,
    (array['cash', 'cash', 'cash', 'card', 'card', 'upi', 'upi', 'cheque', null, null])[
        1 + clinic.dice(seed, drawn.bill, 4, 10)
    ] as mode,
    (array['patient', 'patient', 'patient', 'insurer', 'corporate'])[
        1 + clinic.dice(seed, drawn.bill, 5, 5)
    ] as payer_type,
    case
        when clinic.dice(seed, drawn.bill, 6, 1000000) < bad_share * 1000000 then
            (array['not a number', 'fraction', 'overflow', 'unknown mode', 'unequal halves', 'no cost'])[
                1 + clinic.dice(seed, drawn.bill, 7, 6)
            ]
    end as flaw
from generate_series(first_bill, first_bill + bills - 1) as drawn (bill);
$$;

comment on function clinic.drafts(bigint, integer, bigint, numeric, date)
is 'What every kind of generated bill has: whose, of which day, how paid, and what is wrong with it.';

revoke all on function clinic.drafts(bigint, integer, bigint, numeric, date) from public;
