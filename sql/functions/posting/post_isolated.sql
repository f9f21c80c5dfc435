-- Halves changes that fail together until those that make them fail are found: about twice the logarithm of
-- their number in calls for each. Each call takes a subtransaction, so this is only for suspects, careful
-- attempts, and batches that have failed. A transient error ends the transaction, and the batch is retried.
create or replace function pgsync.post_isolated(
    claims pgsync.claim[],
    worker text,
    started_at timestamptz default clock_timestamp(),
    record_limit integer default 500
)
returns pgsync.batch_result
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_half constant integer := cardinality(claims) / 2;
    v_result pgsync.batch_result;
    v_class text;
    v_message text;
    v_schema text;
    v_constraint text;
    v_column text;
begin
    begin
        -- The caller passes a TRUNCATE alone.
        if (claims[1]).action = 'truncate' then
            return pgsync.post_truncate(claims[1], worker, started_at, record_limit);
        end if;
        return pgsync.post_claims(claims, worker, started_at);
    exception when others then
        get stacked diagnostics
            v_schema = schema_name,
            v_constraint = constraint_name,
            v_column = column_name;
        v_class := pgsync.error_class_of(sqlstate, v_schema, v_constraint, v_column);
        v_message := sqlerrm;
        if v_class = 'transient' then
            raise;
        end if;
    end;

    if v_half = 0 then
        return pgsync.fail_claim(claims[1], v_class, v_message, worker, started_at);
    end if;
    v_result := pgsync.post_isolated(claims[:v_half], worker, started_at);
    return pgsync.add_results(v_result, pgsync.post_isolated(claims[v_half + 1:], worker, started_at));
end;
$$;

comment on function pgsync.post_isolated(pgsync.claim[], text, timestamptz, integer)
is 'Like post_claims, but changes that make it fail are found, recorded as failed and left out.';
