-- Called before a key is sent, in the same transaction: where it raises, the server skips what follows.
create or replace function pgsync.refuse_leaks()
returns void
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_leaks text;
begin
    select string_agg(leak.setting || ' = ' || leak.value, ', ')
    into v_leaks
    from pgsync.parameter_leaks() as leak;
    if v_leaks is not null then
        raise exception 'the server would write private keys into its log: %', v_leaks
            using errcode = 'PS001',
            hint = 'As a superuser, for the login that sends them: alter role … set log_parameter_max_length = 0; '
                'Encryption.md says what each setting needs.';
    end if;
end;
$$;

comment on function pgsync.refuse_leaks()
is 'Raises an error where parameter_leaks lists a setting.';
