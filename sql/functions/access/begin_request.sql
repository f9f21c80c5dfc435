-- The row is there when the act is: whoever asks the same meanwhile waits for it, and then has its answer.
create or replace function pgsync.begin_request(key text, request_hash bytea)
returns table (status integer, answer text)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_actor constant text := pgsync.request_actor();
    v_known pgsync.api_requests;
begin
    insert into pgsync.api_requests (actor, key, request_hash)
    values (v_actor, begin_request.key, begin_request.request_hash)
    on conflict on constraint api_requests_pkey do nothing;
    if found then
        return;
    end if;
    select own.*
    into v_known
    from pgsync.api_requests as own
    where own.actor = v_actor and own.key = begin_request.key;
    if v_known.status is null then
        raise exception 'this act is under way' using errcode = 'lock_not_available';
    elsif v_known.request_hash <> begin_request.request_hash then
        raise exception 'this Idempotency-Key belongs to another request' using errcode = 'PS002';
    end if;
    return query select v_known.status, v_known.answer;
end;
$$;

comment on function pgsync.begin_request(text, bytea)
is 'Begins an act asked for over HTTP; a row with the answer if it was done before under this key.';
