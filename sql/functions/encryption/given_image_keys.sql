-- They come with a transaction, in the setting pgsync.image_keys, and from nowhere else.
create or replace function pgsync.given_image_keys()
returns table (openpgp_id text, private_key bytea)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_begin constant text := '-----BEGIN PGP PRIVATE KEY BLOCK-----';
    v_end constant text := '-----END PGP PRIVATE KEY BLOCK-----';
    v_part text;
begin
    -- Without keys there is nothing that could read them.
    if not exists (select from pgsync.image_keys) then
        return;
    end if;
    foreach v_part in array (string_to_array(coalesce(current_setting('pgsync.image_keys', true), ''), v_begin))[2:]
    loop
        begin
            return query
            select given.openpgp_id, given.key
            from pgsync.read_image_key(v_begin || split_part(v_part, v_end, 1) || v_end) as given;
        exception when external_routine_invocation_exception or data_exception then
            continue;
        end;
    end loop;
end;
$$;

comment on function pgsync.given_image_keys()
is 'The private keys in the setting pgsync.image_keys, as far as they can be read.';
