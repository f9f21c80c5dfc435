create or replace function pgsync.check_channel()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_complaint constant text := pgsync.channel_complaint(new.kind, new.settings, new.secret, new.previous_secret);
begin
    if v_complaint is not null then
        raise exception '%', v_complaint
            using errcode = 'invalid_parameter_value',
            hint = format('See: select * from pgsync.channel_settings() where kind = %L;', new.kind);
    end if;
    if tg_op = 'UPDATE'
        and (new.kind, new.settings, new.secret, new.previous_secret, new.min_severity, new.enabled)
        is distinct from (old.kind, old.settings, old.secret, old.previous_secret, old.min_severity, old.enabled)
    then
        new.updated_at := clock_timestamp();
        new.updated_by := pgsync.actor();
    end if;
    return new;
end;
$$;

comment on function pgsync.check_channel() is 'Refuses channels whose settings do not fit their kind.';
