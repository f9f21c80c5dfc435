create or replace function pgsync.opened_image_keys()
returns setof text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_pair record;
begin
    for v_pair in
        select key.name, key.public_key, given.private_key
        from pgsync.given_image_keys() as given
        inner join pgsync.image_keys as key on key.openpgp_id = given.openpgp_id
    loop
        begin
            if pgsync.decrypt_secret(pgsync.encrypt_secret('a trial', v_pair.public_key), v_pair.private_key) = 'a trial'
            then
                return next v_pair.name;
            end if;
        exception when external_routine_invocation_exception or data_exception then
            continue;
        end;
    end loop;
end;
$$;

comment on function pgsync.opened_image_keys()
is 'The image keys whose images the private keys in the setting pgsync.image_keys can decrypt.';
