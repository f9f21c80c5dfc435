-- Made once for a statement of the application, because encrypting for a public key costs more than the
-- rows. Two random UUIDs have 244 random bits.
create or replace function pgsync.new_secret(image_key text, out secret text, out encrypted_secret bytea)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    secret := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    encrypted_secret := pgsync.encrypt_secret(
        secret, (select key.public_key from pgsync.image_keys as key where key.name = image_key)
    );
end;
$$;

comment on function pgsync.new_secret(text)
is 'A random secret to encrypt images with, and the same encrypted for the key.';
