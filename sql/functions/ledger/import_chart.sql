create or replace function ledger.import_chart(rows jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_count bigint;
begin
    insert into ledger.accounts as present (
        code, name, type, contra, parent, party_required, zero_to_close, active
    )
    select
        account.code,
        account.name,
        account.type,
        coalesce(account.contra, false) as contra,
        nullif(account.parent, '') as parent,
        coalesce(account.party_required, false) as party_required,
        coalesce(account.zero_to_close, false) as zero_to_close,
        coalesce(account.active, true) as active
    from jsonb_to_recordset(import_chart.rows) as account (
        code text,
        name text,
        type text,
        contra boolean,
        parent text,
        party_required boolean,
        zero_to_close boolean,
        active boolean
    )
    on conflict (code) do update
    set
        name = excluded.name,
        type = excluded.type,
        contra = excluded.contra,
        parent = excluded.parent,
        party_required = excluded.party_required,
        zero_to_close = excluded.zero_to_close,
        active = excluded.active
    where
        (
            present.name, present.type, present.contra, present.parent, present.party_required, present.zero_to_close,
            present.active
        ) is distinct from (
            excluded.name, excluded.type, excluded.contra, excluded.parent, excluded.party_required,
            excluded.zero_to_close, excluded.active
        );
    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function ledger.import_chart(jsonb)
is 'Adds and updates accounts from an array of objects; returns how many. Accounts not in it stay.';
