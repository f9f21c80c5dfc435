create or replace function ledger.already_posted(idempotency_keys text[], input_hashes bytea[])
returns table (idempotency_key text, entry_id bigint)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_key text;
    v_id bigint;
begin
    select entry.idempotency_key, entry.id
    into v_key, v_id
    from unnest(already_posted.idempotency_keys, already_posted.input_hashes) as asked (idempotency_key, input_hash)
    inner join ledger.journal_entries as entry on entry.idempotency_key = asked.idempotency_key
    where entry.input_hash is distinct from asked.input_hash
    limit 1;
    if found then
        raise exception 'key % was used for other contents', v_key
            using errcode = 'PL001',
            detail = format('Entry %s was posted under it.', v_id),
            hint = 'Whatever makes the keys calls two things by one name: find out which before posting either.';
    end if;

    return query
    select entry.idempotency_key, entry.id
    from unnest(already_posted.idempotency_keys) as asked (idempotency_key)
    inner join ledger.journal_entries as entry on entry.idempotency_key = asked.idempotency_key;
end;
$$;

comment on function ledger.already_posted(text[], bytea[])
is 'Which of these keys have an entry, and which; a key whose entry was made of something else is an error.';
