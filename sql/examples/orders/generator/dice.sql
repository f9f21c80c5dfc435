create or replace function market.dice(seed bigint, number bigint, throw integer, sides bigint)
returns bigint
language sql
immutable
parallel safe
return (hashint8extended(number, seed * 1000 + throw) & 9223372036854775807) % sides;

comment on function market.dice(bigint, bigint, integer, bigint)
is 'A number from 0 to below sides: always the same for the same seed, number and throw.';

revoke all on function market.dice(bigint, bigint, integer, bigint) from public;
