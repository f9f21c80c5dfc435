-- What cannot be decrypted is null: its key was not given, or it is damaged. Changes of one statement share
-- their secret, and decrypting that costs most. They are json, because two images can be larger together than
-- a jsonb may be.
create or replace function pgsync.decrypted_images(log_ids bigint[])
returns json[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_recipients text[];
    v_keys bytea[];
    v_change record;
    v_encrypted bytea;
    v_recipient text;
    v_secret text;
    v_image json;
    v_images json[] := array[]::json[];
begin
    select array_agg(given.openpgp_id), array_agg(given.private_key)
    into v_recipients, v_keys
    from pgsync.given_image_keys() as given;

    for v_change in
        select log.encrypted_secret, log.encrypted_image
        from unnest(log_ids) with ordinality as listed (id, place)
        left join lateral (
            select own.encrypted_secret, own.encrypted_image
            from pgsync.sync_logs as own
            where own.id = listed.id
            offset 0
        ) as log on true
        order by listed.place
    loop
        v_image := null;
        if v_keys is not null and v_change.encrypted_image is not null then
            begin
                if v_change.encrypted_secret is distinct from v_encrypted then
                    v_encrypted := v_change.encrypted_secret;
                    v_secret := null;
                    v_recipient := pgsync.secret_recipient(v_encrypted);
                    for v_place in 1..cardinality(v_keys)
                    loop
                        continue when v_recipients[v_place] is distinct from v_recipient;
                        -- One of several copies of a key may have a passphrase.
                        begin
                            v_secret := pgsync.decrypt_secret(v_encrypted, v_keys[v_place]);
                            exit;
                        exception when external_routine_invocation_exception or data_exception then
                            continue;
                        end;
                    end loop;
                end if;
                v_image := pgsync.decrypt_image(v_change.encrypted_image, v_secret);
            exception when external_routine_invocation_exception or data_exception then
                v_image := null;
            end;
        end if;
        v_images := array_append(v_images, v_image);
    end loop;
    return v_images;
end;
$$;

comment on function pgsync.decrypted_images(bigint[])
is 'The images of encrypted changes, with data and old_data, by the private keys in pgsync.image_keys.';
