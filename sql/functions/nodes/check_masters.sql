-- Two masters that add differences to each other's sums, or that each decide, end with different rows.
create or replace function pgsync.check_masters()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tables text;
begin
    if (select count(*) < 2 from pgsync.masters) then
        return;
    end if;
    select string_agg(format('%s (%s)', pgsync.exchanged_name(own.source_table), own.policy), ', ')
    into v_tables
    from pgsync.sources as own
    where own.synced and own.policy not in ('newer', 'priority');
    if v_tables is not null then
        raise exception 'with several masters, tables are exchanged by the policy newer or priority'
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'Others: ' || v_tables,
            hint = 'One master alone can decide otherwise; for example: pgsync sync on TABLE --policy newer';
    end if;
end;
$$;

comment on function pgsync.check_masters()
is 'Raises an error if there are several masters, and tables whose policy needs one that decides.';
