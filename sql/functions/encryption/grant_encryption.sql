create or replace function pgsync.grant_encryption()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set quote_all_identifiers = off
as $$
    -- The texts are composed with %I and regprocedure.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_made record;
begin
    for v_made in
        select made.routine, listed.is_for_capture
        from (
            values
            ('pgsync.read_image_key(text)', false),
            ('pgsync.secret_recipient(bytea)', false),
            ('pgsync.encrypt_secret(text, bytea)', false),
            ('pgsync.decrypt_secret(bytea, bytea)', false),
            ('pgsync.encrypt_image(jsonb, jsonb, text)', true),
            ('pgsync.decrypt_image(bytea, text)', false)
        ) as listed (signature, is_for_capture)
        cross join lateral (select to_regprocedure(listed.signature) as routine) as made
        where made.routine is not null
    loop
        execute format('revoke all on function %s from public', v_made.routine);
        if v_made.is_for_capture then
            execute format('grant execute on function %s to %I', v_made.routine, pgsync.capture_role());
        end if;
    end loop;
end;
$$;

comment on function pgsync.grant_encryption()
is 'Grants capture functions what they need to encrypt, where it exists; part of the grants.';
