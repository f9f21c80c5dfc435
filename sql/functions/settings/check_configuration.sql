-- The constraints of the table refuse the same values. This runs before them, to explain.
create or replace function pgsync.check_configuration()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_allowed constant text := coalesce(
        pgsync.configuration_text_allowed(new.config_key),
        pgsync.configuration_allowed(new.kind, new.minimum, new.maximum, new.unit)
    );
    v_complaint text;
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

    if v_refused then
        v_complaint := format('%s must be %s, not %L', new.config_key, v_allowed, new.config_value);
    -- A value set by an older release is accepted until someone changes it.
    elsif tg_op = 'INSERT' or new.config_value is distinct from old.config_value then
        v_complaint := pgsync.configuration_complaint(new.config_key, new.config_value);
    end if;

    if v_complaint is not null then
        raise exception '%', v_complaint
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
        new.updated_by := pgsync.actor();
    else
        new.updated_at := old.updated_at;
        new.updated_by := old.updated_by;
    end if;
    return new;
end;
$$;

comment on function pgsync.check_configuration()
is 'Explains which values a setting allows when it refuses one, and records who changed it and when.';
