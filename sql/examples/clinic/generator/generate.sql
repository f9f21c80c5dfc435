-- Blocks of numbers: whoever generates at the same time gets another one, and what was deleted stays so.
create sequence if not exists clinic.generated_blocks;
comment on sequence clinic.generated_blocks is 'How often clinic.generate was called.';
revoke all on sequence clinic.generated_blocks from public;

create or replace function clinic.generate(
    bills integer default 1000,
    seed bigint default 1,
    bad_share numeric default 0.01,
    change_share numeric default 0.3,
    last_day date default current_date
)
returns table (step text, rows bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_block bigint;
begin
    if (bills between 1 and 999999 and bad_share between 0 and 1 and change_share between 0 and 10) is not true then
        raise exception 'clinic.generate: out of range: % bills, bad_share %, change_share %',
            bills, bad_share, change_share
            using errcode = 'invalid_parameter_value',
            hint = 'bills must be from 1 to 999999, bad_share from 0 to 1, change_share from 0 to 10.';
    end if;

    v_block := nextval('clinic.generated_blocks');
    return query values
    ('bills', clinic.generate_bills(v_block * 1000000 + 1, bills, seed, bad_share, last_day)),
    ('followers', clinic.generate_followers(v_block * 1000000 + 1, bills, seed, bad_share, last_day)),
    ('changes', clinic.generate_changes(v_block, bills, (bills * change_share)::integer, seed));
end;
$$;

comment on function clinic.generate(integer, bigint, numeric, numeric, date)
is 'Writes random bills, some of them bad, with what follows them, and changes some of all it ever wrote. '
'Called as often with the same arguments, it writes the same.';

revoke all on function clinic.generate(integer, bigint, numeric, numeric, date) from public;
