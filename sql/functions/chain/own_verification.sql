create or replace function pgsync.own_verification(verification bigint)
returns pgsync.chain_verifications
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_own pgsync.chain_verifications;
begin
    select own.*
    into v_own
    from pgsync.chain_verifications as own
    where own.id = own_verification.verification
    for update;
    if v_own.state is distinct from 'running' then
        raise exception 'there is no verification % under way', own_verification.verification
            using errcode = 'undefined_object', hint = 'Begin one: select pgsync.verify_chain();';
    end if;
    if v_own.verified_by <> session_user then
        raise exception 'verification % is that of %', v_own.id, v_own.verified_by
            using errcode = 'insufficient_privilege';
    end if;
    return v_own;
end;
$$;

comment on function pgsync.own_verification(bigint)
is 'A verification that this login has begun, locked; an error if there is none.';
