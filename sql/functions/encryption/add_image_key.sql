create or replace function pgsync.add_image_key(name text, public_key text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_key bytea;
    v_id text;
    v_first integer;
    v_packet integer;
begin
    if add_image_key.name !~ '^[a-z][a-z0-9_-]{0,62}$' or add_image_key.name = 'none' then
        raise exception 'the name of a key is a word of lower-case letters, digits, - and _, not %',
            quote_literal(add_image_key.name)
            using errcode = 'invalid_parameter_value';
    elsif exists (select from pgsync.image_keys as key where key.name = add_image_key.name) then
        raise exception 'there already is an image key %', add_image_key.name
            using errcode = 'duplicate_object',
            hint = 'Add the new key under another name, and attach the tables again with that.';
    elsif public_key ~ 'BEGIN PGP PRIVATE KEY' then
        raise exception 'this is a private key, which must not come into the database'
            using errcode = 'invalid_parameter_value', hint = 'gpg --armor --export NAME writes the public one.';
    end if;
    perform pgsync.make_encryption();
    begin
        select given.key, given.openpgp_id into v_key, v_id from pgsync.read_image_key(public_key) as given;
        v_first := get_byte(v_key, 0);
        v_packet := case when v_first & 64 = 64 then v_first & 63 else v_first >> 2 & 15 end;
        -- Packet 6 begins a public key, packet 5 a private one.
        if v_packet = 6 then
            perform pgsync.encrypt_secret('a trial', v_key);
        else
            v_id := null;
        end if;
    exception when external_routine_invocation_exception or data_exception then
        v_id := null;
    end;
    if v_id is null then
        raise exception 'this is no OpenPGP public key that can encrypt'
            using errcode = 'invalid_parameter_value',
            detail = 'It must be in ASCII armor, with one RSA or Elgamal subkey for encryption and no other key.',
            hint = 'gpg --armor --export NAME writes one; Encryption.md shows how to generate it.';
    end if;
    insert into pgsync.image_keys (name, public_key, openpgp_id)
    values (add_image_key.name, v_key, v_id);
    return v_id;
end;
$$;

comment on function pgsync.add_image_key(text, text)
is 'Adds a public key that images can be encrypted for; returns its OpenPGP number.';
