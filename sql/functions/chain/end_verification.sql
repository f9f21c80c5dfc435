create or replace function pgsync.end_verification(verification bigint)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_own pgsync.chain_verifications;
begin
    v_own := pgsync.own_verification(end_verification.verification);
    if v_own.next_seq <= v_own.to_seq or v_own.next_kind is not null then
        raise exception 'verification % is not complete', v_own.id
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('Call pgsync.verify_chain_step(%s) until it is done.', v_own.id);
    end if;
    if v_own.findings = 0 and v_own.links <> v_own.to_seq - v_own.from_seq + 1 then
        raise exception 'verification % recomputed % of % links', v_own.id, v_own.links, v_own.to_seq
            using errcode = 'internal_error';
    end if;
    update pgsync.chain_verifications as own
    set
        state = case
            when own.findings > 0 then 'broken'
            when exists (
                select
                from jsonb_array_elements(own.anchors) as used (anchor)
                where (used.anchor ->> 'anchored_at')::timestamptz > clock_timestamp() - interval '1 day'
            )
                then 'verified'
            else 'unanchored'
        end,
        finished_at = clock_timestamp()
    where own.id = v_own.id
    returning own.state into v_own.state;
    return v_own.state;
end;
$$;

comment on function pgsync.end_verification(bigint)
is 'Ends a verification; returns verified, broken, or unanchored if no anchor of the last day was compared.';
