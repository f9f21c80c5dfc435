-- An image is made by the capture role, so nothing of a user may have a say in it: a type of his is stored as
-- the text of its output function, which is PostgreSQL's own, whatever casts he makes. Of built-in types
-- to_jsonb keeps most exactly. It does not keep a json text as written (and refuses some that are valid), or
-- the lower bounds of an array. Those are stored by special_image, or as their text, which
-- jsonb_populate_record takes just as well.
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
                when 'refused' then 'refused'
                when 'plain' then case when v_type.oid < 16384 then 'special' else 'text' end
                else 'text'
            end;
        when v_type.typtype = 'c' then
            return (
                select case when bool_or(pgsync.capture_treatment(attribute.atttypid) = 'refused') then 'refused' else 'text' end
                from pg_catalog.pg_attribute as attribute
                where attribute.attrelid = v_type.typrelid
                    and attribute.attnum > 0
                    and not attribute.attisdropped
            );
        when v_type.oid >= 16384 then
            return 'text';
        else
            return 'plain';
    end case;
end;
$$;

comment on function pgsync.capture_treatment(oid)
is 'How values of a type are stored in an image: plain, special, json, text, or refused.';
