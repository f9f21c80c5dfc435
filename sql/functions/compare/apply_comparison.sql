-- The schedule compare-NAME follows what the definition says of times.
create or replace function pgsync.apply_comparison(
    name text,
    version integer,
    content text,
    left_name text,
    right_name text,
    entities text[],
    cron text default null
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_checksum constant text := encode(sha256(convert_to(apply_comparison.content, 'UTF8')), 'hex');
    v_schedule constant text := left('compare-' || apply_comparison.name, 63);
    v_newest pgsync.comparisons;
begin
    perform pg_advisory_xact_lock(1886876536 /* endpoints */, hashtext('compare ' || apply_comparison.name));
    select newest.*
    into v_newest
    from pgsync.comparisons as newest
    where newest.name = apply_comparison.name
    order by newest.version desc
    limit 1;
    if v_newest.checksum = v_checksum then
        return 'unchanged';
    elsif v_newest.version >= apply_comparison.version then
        raise exception 'comparison % has version % already, with another content',
            apply_comparison.name, v_newest.version
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('Say version %s in the first line.', v_newest.version + 1);
    end if;
    insert into pgsync.comparisons (name, version, content, checksum, left_name, right_name, entities, applied_by)
    values (
        apply_comparison.name, apply_comparison.version, apply_comparison.content, v_checksum,
        apply_comparison.left_name, apply_comparison.right_name, apply_comparison.entities, pgsync.actor()
    );
    if apply_comparison.cron is not null then
        perform pgsync.set_schedule(
            v_schedule, 'compare', apply_comparison.cron, subject => apply_comparison.name,
            -- A user may have chosen another.
            type => case
                when not exists (select from pgsync.sync_schedules as own where own.name = v_schedule) then 'sync'
            end
        );
    else
        delete from pgsync.sync_schedules as own
        where own.name = v_schedule and own.kind = 'compare' and own.subject = apply_comparison.name;
    end if;
    return case when v_newest.version is null then 'added' else 'changed' end;
end;
$$;

comment on function pgsync.apply_comparison(text, integer, text, text, text, text[], text)
is 'Brings a version of a comparison and its schedule into force; returns added, changed or unchanged.';
