-- A dropped column is an object there, which no rule takes for a value: rules that read it fail, and existing
-- entries stay. If it were missing, it would read as null. A transaction that began before the columns
-- changed does not see their present names, and must be retried.
create or replace function pgsync.renamed_image(changed_table oid, image jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source constant pgsync.sources := pgsync.source_of(changed_table);
    v_image jsonb;
    v_is_current boolean;
begin
    select
        jsonb_object_agg(
            shaped.name,
            case
                when shaped.present_name is null then '{"column": "dropped"}'
                else renamed_image.image -> shaped.present_name
            end
        ),
        bool_and(shaped.present_name is null or renamed_image.image ? shaped.present_name)
    into v_image, v_is_current
    from pgsync.shape_columns(v_source.source_table, v_source.shape) as shaped
    where v_source.captured_columns is null or shaped.name = any(v_source.captured_columns);
    if v_is_current is not true then
        raise exception 'the columns of % have changed since this transaction began', changed_table::regclass
            using errcode = 'serialization_failure', hint = 'Try again in a new transaction.';
    end if;
    return v_image;
end;
$$;

comment on function pgsync.renamed_image(oid, jsonb)
is 'The image of a row under the names its columns had when the table was attached.';
