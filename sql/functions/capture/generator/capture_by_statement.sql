-- One firing per statement, with all its rows at hand: the cheapest way, and the only one that sees the keys
-- of a statement as a set. Where a statement finds nothing to log, either nothing changed or the columns are
-- not what they were; that is asked only then, and in a condition of its own, for one with a query in it
-- costs each time.
create or replace function pgsync.capture_by_statement(source pgsync.sources)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pgsync.capture_frame(
    source,
    '',
    string_agg(
        format(
            $template$    %1$s tg_op operator(pg_catalog.=) %2$L then
        if v_stale then%3$s        else%4$s        end if;
        if not found then
            if exists (select from %5$s) and not exists (%6$s
            ) then
                perform pgsync.check_reader(%8$L);%7$s            end if;
        end if;
$template$,
            case operation.place when 1 then 'if' else 'elsif' end,
            operation.name,
            pgsync.capture_insert(
                source, pgsync.capture_reread(source, pgsync.capture_changes(source, operation.name, false))
            ),
            pgsync.capture_insert(source, pgsync.capture_changes(source, operation.name, false)),
            operation.transition,
            pgsync.capture_rows(source, operation.transition),
            pgsync.capture_insert(
                source, pgsync.capture_reread(source, pgsync.capture_changes(source, operation.name, true))
            ),
            source.reader
        ),
        '' order by operation.place
    ) || format(E'    else%s    end if;\n', pgsync.capture_truncate(source))
)
from (
    values
    (1, 'INSERT', 'new_rows'),
    (2, 'UPDATE', 'new_rows'),
    (3, 'DELETE', 'old_rows')
) as operation (place, name, transition);
$$;

comment on function pgsync.capture_by_statement(pgsync.sources)
is 'The body of a capture function that fires once per statement.';
