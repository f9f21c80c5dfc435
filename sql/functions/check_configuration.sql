-- The constraints of the table refuse the same values. This runs before them, to explain.
create or replace function pgsync.check_configuration()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_allowed text := pgsync.configuration_allowed(new.kind, new.minimum, new.maximum, new.unit);
    v_pattern constant text := case new.kind
        when 'integer' then '^-?(0|[1-9][0-9]{0,17})$'
        when 'number' then '^-?(0|[1-9][0-9]{0,17})([.][0-9]{1,9})?$'
        when 'boolean' then '^(true|false)$'
        else '[^[:space:]]'
    end;
    v_refused boolean := new.config_value is null or new.config_value !~ v_pattern;
begin
    if not v_refused and new.kind in ('integer', 'number') then
        v_refused := new.config_value::numeric < new.minimum or new.config_value::numeric > new.maximum;
    end if;

    if new.config_key = 'books_time_zone' and not v_refused then
        v_allowed := 'the name of a time zone, as pg_timezone_names lists them';
        v_refused := not exists (
            select from pg_catalog.pg_timezone_names as zone where lower(zone.name) = lower(new.config_value)
        );
    end if;

    if v_refused then
        raise exception '% must be %, not %', new.config_key, v_allowed, quote_nullable(new.config_value)
            using errcode = 'invalid_parameter_value',
            detail = new.description,
            hint = format(
                'For example: update pgsync.sync_configuration set config_value = %L where config_key = %L;',
                new.default_value,
                new.config_key
            ),
            schema = tg_table_schema,
            table = tg_table_name,
            column = 'config_value';
    end if;

    if tg_op = 'INSERT' or new.config_value is distinct from old.config_value then
        new.updated_at := now();
        new.updated_by := session_user::text;
    else
        new.updated_at := old.updated_at;
        new.updated_by := old.updated_by;
    end if;
    return new;
end;
$$;

comment on function pgsync.check_configuration()
is 'Explains to whoever sets a setting to a wrong value what is allowed, and notes who changed it and when.';
