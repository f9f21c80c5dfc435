-- Of the records that differ, the first thousand are kept; the numbers are of all.
create or replace function pgsync.note_rule_diff(
    job bigint,
    done_through bigint,
    counts jsonb,
    sums jsonb,
    differences jsonb
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_job constant bigint := (pgsync.running_job(note_rule_diff.job)).id;
    v_kept constant bigint := (
        select count(*) from pgsync.rule_diff_records as kept where kept.job = note_rule_diff.job
    );
begin
    update pgsync.rule_diffs as own
    set
        done_through = note_rule_diff.done_through,
        candidates = coalesce(
            array(select jsonb_array_elements_text(note_rule_diff.counts -> 'candidates')), own.candidates
        ),
        records = own.records + (note_rule_diff.counts ->> 'records')::bigint,
        differing = own.differing + (note_rule_diff.counts ->> 'differing')::bigint,
        failures_before = own.failures_before + (note_rule_diff.counts ->> 'failures_before')::bigint,
        failures_after = own.failures_after + (note_rule_diff.counts ->> 'failures_after')::bigint,
        left_out = own.left_out + (note_rule_diff.counts ->> 'left_out')::bigint
    where own.job = v_job;
    insert into pgsync.rule_diff_sums as known (job, account, currency, before, after)
    select v_job, given.account, given.currency, given.before, given.after
    from jsonb_to_recordset(note_rule_diff.sums)
        as given (account text, currency text, before numeric, after numeric)
    on conflict on constraint rule_diff_sums_pkey do update
    set before = known.before + excluded.before, after = known.after + excluded.after;
    insert into pgsync.rule_diff_records (job, number, table_name, record_id, before, after)
    select
        v_job, v_kept + given.place, given.item ->> 'table', given.item ->> 'record', given.item -> 'before',
        given.item -> 'after'
    from jsonb_array_elements(note_rule_diff.differences) with ordinality as given (item, place)
    where v_kept + given.place <= 1000;
end;
$$;

comment on function pgsync.note_rule_diff(bigint, bigint, jsonb, jsonb, jsonb)
is 'Adds what a job of the kind rules_diff has found, and how far it is.';
