-- What rounding halves up gives, and one less where there was a half and it is odd.
create or replace function pgsync.rule_round_even(dividend numeric, divisor numeric, places integer)
returns numeric
language sql
immutable
parallel safe
return pg_catalog.sign(dividend) * ('1e-' || places::text)::numeric * (
    pg_catalog.div(
        2 * pg_catalog.abs(dividend) * ('1e' || places::text)::numeric + divisor, 2 * divisor
    )
    - case
        when
            pg_catalog.mod(
                2 * pg_catalog.abs(dividend) * ('1e' || places::text)::numeric + divisor, 2 * divisor
            ) = 0
            then
                pg_catalog.mod(
                    pg_catalog.div(
                        2 * pg_catalog.abs(dividend) * ('1e' || places::text)::numeric + divisor, 2 * divisor
                    ),
                    2
                )
        else 0
    end
);

comment on function pgsync.rule_round_even(numeric, numeric, integer)
is 'A quotient with so many decimals; a half is rounded to the even digit.';
