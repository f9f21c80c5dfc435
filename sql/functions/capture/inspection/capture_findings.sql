-- A table that cannot be inspected must not hide what was found about the others.
create or replace function pgsync.capture_findings()
returns table (source_table regclass, finding text, severity text, found text, remedy text)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_source regclass;
begin
    begin
        return query select own.* from pgsync.inspect_capture() as own;
        return;
    exception
        when query_canceled then raise;
        when others then null;
    end;
    for v_source in select own.source_table from pgsync.sources as own where own.attached loop
        begin
            return query select own.* from pgsync.inspect_capture(v_source) as own;
        exception
            when query_canceled then raise;
            when others then
                return query select
                    v_source, 'not_inspected', 'problem', format('it cannot be inspected: %s', sqlerrm),
                    'pgsync doctor    (as a user who may read the table)';
        end;
    end loop;
end;
$$;

comment on function pgsync.capture_findings()
is 'What inspect_capture finds; of a table where that fails, why.';
