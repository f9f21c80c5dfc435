create or replace function pgsync.request_rule_diff(
    rule text,
    content text,
    since date default null,
    until date default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_job bigint;
begin
    if not exists (select from pgsync.rules as known where known.name = request_rule_diff.rule) then
        raise exception 'there is no rule %', quote_literal(left(request_rule_diff.rule, 100))
            using errcode = 'no_data_found';
    end if;
    v_job := pgsync.request_job('rules_diff', request_rule_diff.rule);
    insert into pgsync.rule_diffs (job, rule, content, since, until, last_change)
    select
        v_job, request_rule_diff.rule, request_rule_diff.content, request_rule_diff.since, request_rule_diff.until,
        sequence.last_value
    from pgsync.sync_logs_id_seq as sequence
    on conflict on constraint rule_diffs_pkey do nothing;
    if not found then
        raise exception 'a comparison of rule % is under way as job %', request_rule_diff.rule, v_job
            using errcode = 'object_not_in_prerequisite_state', hint = 'See pgsync jobs list.';
    end if;
    return v_job;
end;
$$;

comment on function pgsync.request_rule_diff(text, text, date, date)
is 'Asks for a job that compares another text of a rule with what is in force; returns its number.';
