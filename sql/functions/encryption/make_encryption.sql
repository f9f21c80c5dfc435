-- What needs pgcrypto, which is not asked for until somebody encrypts. The functions are bound when they are
-- created: so it does not matter in which schema the extension is, nobody can put other functions in their
-- place, and the extension cannot be dropped while capture needs it.
create or replace function pgsync.make_encryption()
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set check_function_bodies = on
set quote_all_identifiers = off
as $$
    -- The texts are composed with %I.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_functions text[];
    v_closed_schema text;
    v_closed_function text;
    v_statement text;
begin
    -- Only those of the extension itself, whatever others of these names there are.
    select
        array_agg(format('%I.%I', schema.nspname, routine.proname) order by routine.proname, routine.pronargs),
        max(schema.nspname) filter (where not has_schema_privilege(schema.oid, 'usage')),
        max(routine.oid::regprocedure::text) filter (where not has_function_privilege(routine.oid, 'execute'))
    into v_functions, v_closed_schema, v_closed_function
    from pg_catalog.pg_extension as extension
    inner join pg_catalog.pg_depend as member
        on member.refclassid = 'pg_catalog.pg_extension'::regclass
        and member.refobjid = extension.oid
        and member.classid = 'pg_catalog.pg_proc'::regclass
        and member.deptype = 'e'
    inner join pg_catalog.pg_proc as routine on routine.oid = member.objid
    inner join pg_catalog.pg_namespace as schema on schema.oid = routine.pronamespace
    where extension.extname = 'pgcrypto'
        and (routine.proname, pg_catalog.oidvectortypes(routine.proargtypes)) in (
            ('dearmor', 'text'), ('pgp_key_id', 'bytea'),
            ('pgp_pub_encrypt', 'text, bytea, text'), ('pgp_pub_decrypt', 'bytea, bytea'),
            ('pgp_sym_encrypt', 'text, text, text'), ('pgp_sym_decrypt', 'bytea, text')
        );
    if coalesce(cardinality(v_functions), 0) <> 6 then
        raise exception 'images are encrypted with the extension pgcrypto, which this database does not have'
            using errcode = 'feature_not_supported', hint = 'As the owner of the database: create extension pgcrypto;';
    elsif v_closed_schema is not null then
        raise exception '% may not use the schema % of the extension pgcrypto', current_user, quote_ident(v_closed_schema)
            using errcode = 'insufficient_privilege',
            hint = format('As the owner of the schema: grant usage on schema %I to %I;', v_closed_schema, current_user);
    elsif v_closed_function is not null then
        raise exception '% may not call % of the extension pgcrypto', current_user, v_closed_function
            using errcode = 'insufficient_privilege',
            hint = format('As the owner of the extension: grant execute on function %s to %I;', v_closed_function, current_user);
    end if;

    foreach v_statement in array array[
        -- In the order of their names: dearmor, pgp_key_id, pgp_pub_decrypt, pgp_pub_encrypt, pgp_sym_decrypt,
        -- pgp_sym_encrypt.
        format(
            'create or replace function pgsync.read_image_key(armored text, out key bytea, out openpgp_id text) '
            'language sql stable begin atomic select own.key, %2$s(own.key) from (select %1$s(armored) as key) as own; end',
            v_functions[1], v_functions[2]
        ),
        format(
            'create or replace function pgsync.secret_recipient(encrypted_secret bytea) returns text '
            'language sql stable begin atomic select %s(encrypted_secret); end',
            v_functions[2]
        ),
        format(
            'create or replace function pgsync.encrypt_secret(secret text, public_key bytea) returns bytea '
            'language sql volatile begin atomic select %s(secret, public_key, ''cipher-algo=aes256, compress-algo=0''); end',
            v_functions[4]
        ),
        format(
            'create or replace function pgsync.decrypt_secret(encrypted_secret bytea, private_key bytea) returns text '
            'language sql stable begin atomic select %s(encrypted_secret, private_key); end',
            v_functions[3]
        ),
        -- The secret is random, so one round of hashing with a salt makes a good key of it.
        format(
            'create or replace function pgsync.encrypt_image(image jsonb, old_image jsonb, secret text) returns bytea '
            'language sql volatile security definer begin atomic select %s('
            '''{"data": '' || coalesce(image::text, ''null'') || '', "old_data": '' '
            '|| coalesce(old_image::text, ''null'') || ''}'', secret, '
            '''cipher-algo=aes256, s2k-mode=1, compress-algo=0''); end',
            v_functions[6]
        ),
        format(
            'create or replace function pgsync.decrypt_image(encrypted_image bytea, secret text) returns json '
            'language sql stable begin atomic select %s(encrypted_image, secret)::json; end',
            v_functions[5]
        ),
        -- Capture encrypts, and nobody else may call any of them; as the owner, whatever rights capture has there.
        'revoke all on function pgsync.read_image_key(text), pgsync.secret_recipient(bytea), '
        'pgsync.encrypt_secret(text, bytea), pgsync.decrypt_secret(bytea, bytea), '
        'pgsync.encrypt_image(jsonb, jsonb, text), pgsync.decrypt_image(bytea, text) from public',
        format('grant execute on function pgsync.encrypt_image(jsonb, jsonb, text) to %I', pgsync.capture_role()),
        'comment on function pgsync.read_image_key(text) is ''An OpenPGP key without its armor, and its number.''',
        'comment on function pgsync.secret_recipient(bytea) is ''The OpenPGP number of the key a secret is encrypted for.''',
        'comment on function pgsync.encrypt_secret(text, bytea) is ''The secret of images, encrypted for a public key.''',
        'comment on function pgsync.decrypt_secret(bytea, bytea) is ''The secret of images, by the private key.''',
        'comment on function pgsync.encrypt_image(jsonb, jsonb, text) is ''An image, encrypted with a secret.''',
        'comment on function pgsync.decrypt_image(bytea, text) is ''An image, by its secret.'''
    ]
    loop
        execute v_statement;
    end loop;
end;
$$;

comment on function pgsync.make_encryption()
is 'Creates the functions that encrypt and decrypt, from those of pgcrypto; part of add_image_key.';
