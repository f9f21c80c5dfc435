-- to_jsonb keeps most types exactly. It does not keep a json text as written (and refuses some that are
-- valid), the lower bounds of an array, or a type that brings its own cast to json. Those are stored by
-- special_image, or as their text, which jsonb_populate_record takes just as well.
create or replace function pgsync.capture_treatment(data_type oid)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_type pg_catalog.pg_type;
begin
    select type.* into v_type from pg_catalog.pg_type as type where type.oid = data_type;

    case
        when v_type.typtype = 'd' then
            return pgsync.capture_treatment(v_type.typbasetype);
        when v_type.typtype = 'p' or v_type.oid = any(array[
            'pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list'
        ]::regtype[]::oid[]) then
            return 'refused';
        when v_type.oid = 'json'::regtype then
            return 'json';
        when v_type.oid = any(array['int2vector', 'oidvector']::regtype[]::oid[]) then
            return 'text';
        when v_type.typcategory = 'A' and v_type.typelem <> 0 then
            return case pgsync.capture_treatment(v_type.typelem)
                when 'plain' then 'special'
                when 'refused' then 'refused'
                else 'text'
            end;
        when v_type.typtype = 'c' then
            return (
                select case
                    when bool_or(field.treatment = 'refused') then 'refused'
                    when bool_and(field.treatment = 'plain') then 'plain'
                    else 'text'
                end
                from (
                    select pgsync.capture_treatment(attribute.atttypid) as treatment
                    from pg_catalog.pg_attribute as attribute
                    where attribute.attrelid = v_type.typrelid
                        and attribute.attnum > 0
                        and not attribute.attisdropped
                ) as field
            );
        when exists (
            select
            from pg_catalog.pg_cast as conversion
            where conversion.castsource = v_type.oid
                and conversion.casttarget = any(array['json', 'jsonb']::regtype[]::oid[])
                and conversion.castfunc <> 0
                and v_type.oid >= 16384
        ) then
            return 'text';
        else
            return 'plain';
    end case;
end;
$$;

comment on function pgsync.capture_treatment(oid)
is 'How values of a type are stored in an image: plain, special, json, text, or refused.';
