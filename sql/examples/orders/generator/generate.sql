-- Blocks of numbers: whoever generates at the same time gets another one.
create sequence if not exists market.generated_blocks;
comment on sequence market.generated_blocks is 'How often market.generate was called.';
revoke all on sequence market.generated_blocks from public;

create or replace function market.generate(
    orders integer default 1000,
    seed bigint default 1,
    bad_share numeric default 0.01,
    last_day date default current_date
)
returns table (step text, rows bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_first bigint;
begin
    if (orders between 1 and 999999 and bad_share between 0 and 1) is not true then
        raise exception 'market.generate: out of range: % orders, bad_share %', orders, bad_share
            using errcode = 'invalid_parameter_value',
            hint = 'orders must be from 1 to 999999, bad_share from 0 to 1.';
    end if;

    v_first := nextval('market.generated_blocks') * 1000000 + 1;
    return query values
    ('orders', market.generate_orders(v_first, orders, seed, bad_share, last_day)),
    ('followers', market.generate_followers(v_first, orders, seed, bad_share, last_day));
end;
$$;

comment on function market.generate(integer, bigint, numeric, date)
is 'Writes random orders, some of them bad, with invoices, payments and refunds. Called as often with the '
'same arguments, it writes the same.';

revoke all on function market.generate(integer, bigint, numeric, date) from public;
