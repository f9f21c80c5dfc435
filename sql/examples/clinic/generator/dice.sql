create or replace function clinic.dice(seed bigint, bill bigint, throw integer, sides bigint)
returns bigint
language sql
immutable
parallel safe
return (hashint8extended(bill, seed * 1000 + throw) & 9223372036854775807) % sides;

comment on function clinic.dice(bigint, bigint, integer, bigint)
is 'A number from 0 to below sides: always the same for the same bill, seed and throw.';

revoke all on function clinic.dice(bigint, bigint, integer, bigint) from public;
