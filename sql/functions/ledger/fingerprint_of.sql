-- Like post_claims computes it from what the rules return. Used if the stored one may come from another hash:
-- a major version of PostgreSQL need not keep that of the previous one.
create or replace function ledger.fingerprint_of(entry_ids bigint[])
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
begin
    return (
        select
            bit_xor(
                hash_record_extended(
                    row(
                        entry.rule, entry.document_date, entry.currency, entry.description,
                        line.accounts, line.amounts, line.parties, line.dimensions
                    ), 1
                )
            )
        from unnest(fingerprint_of.entry_ids) as entry_of (id)
        cross join lateral (
            select own.rule, own.document_date, own.currency, own.description
            from ledger.journal_entries as own
            where own.id = entry_of.id
            offset 0
        ) as entry
        cross join lateral (
            select
                array_agg(own.account order by own.line) as accounts,
                array_agg(own.amount order by own.line) as amounts,
                array_agg(own.party order by own.line) as parties,
                array_agg(own.dimensions order by own.line) as dimensions
            from ledger.journal_lines as own
            where own.entry_id = entry_of.id
            offset 0
        ) as line
    );
end;
$$;

comment on function ledger.fingerprint_of(bigint[])
is 'The fingerprint of entries, computed from the journal with the hash of this server.';
