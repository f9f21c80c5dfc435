create or replace function pgsync.place_of_cursor(page_cursor text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_place jsonb;
begin
    begin
        v_place := regexp_replace(
            convert_from(
                decode(rpad(translate(page_cursor, '-_', '+/'), (length(page_cursor) + 3) / 4 * 4, '='), 'base64'), 'UTF8'
            ),
            ' [0-9a-f]*$', ''
        )::jsonb;
    exception when data_exception then
        v_place := null;
    end;
    if pgsync.page_cursor(v_place) is distinct from page_cursor then
        if v_place ->> 'i' <> (select own.incarnation::text from pgsync.node_identity as own) then
            raise exception 'the cursor is of another incarnation of this system'
                using errcode = 'PS004', hint = 'Load everything anew: download without a cursor.';
        end if;
        raise exception 'this is no cursor of this system'
            using errcode = 'invalid_parameter_value', hint = 'Send the cursor as it came.';
    elsif v_place ->> 'i' <> (select own.incarnation::text from pgsync.node_identity as own) then
        raise exception 'the cursor is of before this system was restored'
            using errcode = 'PS004', hint = 'Load everything anew: download without a cursor.';
    elsif (v_place ->> 'a')::bigint > (select fold.folded_through from pgsync.version_fold as fold)
        or v_place ? 'k' and not pgsync.is_own_tick((v_place ->> 'k')::bigint, (v_place ->> 'm')::bigint)
    then
        raise exception 'the cursor is ahead of this system, which was restored'
            using errcode = 'PS006', hint = 'Load everything anew. On the master: pgsync doctor --restored';
    elsif (v_place ->> 'a')::bigint > 0
        and (v_place ->> 'a')::bigint < (select fold.forgotten_through from pgsync.version_fold as fold)
    then
        raise exception 'deletions since this cursor are forgotten'
            using errcode = 'PS004', hint = 'Load everything anew: download without a cursor.';
    end if;
    return v_place;
end;
$$;

comment on function pgsync.place_of_cursor(text)
is 'The place that a cursor stands for; an error if it was changed, or is of no more use.';
