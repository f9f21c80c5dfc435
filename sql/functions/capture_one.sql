-- The change of a single row, in statements as plain as can be: setting up a query that handles any number
-- of rows costs more than the row. An update that changes the key ends one record and begins another,
-- unless another row of the same statement has taken the key over.
create or replace function pgsync.capture_one(source pgsync.sources, made text, gone text, root text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_log constant text := $template$        v_id := nextval('pgsync.sync_logs_id_seq');
        v_slot := hashtext({record_id}) & 1023;
        insert into pgsync.sync_logs (
            id, source_table, record_id, action, data, old_data, origin, slot, correlation_id
        )
        values (
            v_id, {root}, {record_id}, {action}, {image}, {old_image},
            nullif(current_setting('pgsync.origin', true), ''),
            v_slot,
            nullif(current_setting('pgsync.correlation_id', true), '')
        );
        insert into pgsync.sync_queue (log_id, slot) values (v_id, v_slot);
$template$;
    v_text text;
begin
    v_text := format(
        $template$
    if tg_op <> 'DELETE' then
%1$s    end if;
    if tg_op <> 'INSERT' then
%2$s    end if;
    if v_stale then
        if tg_op = 'DELETE' then
            v_record_id := v_old_record_id;
        end if;
        v_image := (select present.image from pgsync.current_images(tg_relid, array[v_record_id]) as present);
        if v_image is null then
            v_record_id := null;
        end if;
    end if;

    if v_old_record_id <> v_record_id or (v_record_id is null and v_old_record_id is not null) then
        if tg_op = 'DELETE' or not exists (
            select
            from pgsync.current_images(tg_relid, array[v_old_record_id]) as present
            where present.record_id = v_old_record_id
        ) then
%3$s        end if;
    end if;
    if v_record_id is not null and (v_old_record_id is distinct from v_record_id or v_image <> v_old_image) then
%4$s    end if;
$template$,
        pgsync.capture_variables(source, made, 'v_image', 'v_record_id'),
        pgsync.capture_variables(source, gone, 'v_old_image', 'v_old_record_id'),
        replace(replace(replace(replace(
            v_log, '{record_id}', 'v_old_record_id'), '{action}', '''delete'''), '{image}', 'v_old_image'),
            '{old_image}', 'null'
        ),
        replace(replace(replace(replace(
            v_log, '{record_id}', 'v_record_id'),
            '{action}', 'case when v_old_record_id = v_record_id then ''update'' else ''create'' end'),
            '{image}', 'v_image'),
            '{old_image}',
            case
                when source.before_image then 'case when v_old_record_id = v_record_id then v_old_image end'
                else 'null'
            end
        )
    );
    return replace(v_text, '{root}', root);
end;
$$;

comment on function pgsync.capture_one(pgsync.sources, text, text, text)
is 'The part of a capture function that reports one row, given the variables that hold it.';
