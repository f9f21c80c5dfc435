create or replace function ledger.already_posted(idempotency_keys text[], input_hashes bytea[])
returns table (idempotency_key text, entry_id bigint)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_key text;
    v_id bigint;
begin
    select entry.idempotency_key, entry.id
    into v_key, v_id
    from unnest(already_posted.idempotency_keys, already_posted.input_hashes) as asked (idempotency_key, input_hash)
    cross join lateral (
        select own.id, own.idempotency_key, own.input_hash
        from ledger.journal_entries as own
        where own.idempotency_key = asked.idempotency_key collate "C"
        offset 0
    ) as entry
    where entry.input_hash is distinct from asked.input_hash
    limit 1;
    if found then
        raise exception 'key % was already used for different contents', v_key
            using errcode = 'PL001',
            detail = format('Entry %s was posted under it.', v_id),
            hint = 'Two different things were given the same key: find out which before posting either.';
    end if;

    return query
    select entry.idempotency_key, entry.id
    from unnest(already_posted.idempotency_keys) as asked (idempotency_key)
    cross join lateral (
        select own.id, own.idempotency_key
        from ledger.journal_entries as own
        where own.idempotency_key = asked.idempotency_key collate "C"
        offset 0
    ) as entry;
end;
$$;

comment on function ledger.already_posted(text[], bytea[])
is 'Which of these keys have an entry, and which entry; a key used for other contents is an error.';
