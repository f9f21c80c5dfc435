create or replace function pgsync.guard_rules()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if tg_op = 'UPDATE' then
        -- The function may be recompiled, by another server or pgsync, from the same content.
        old.function_checksum := new.function_checksum;
        old.active_until := coalesce(old.active_until, new.active_until);
        if old is not distinct from new then
            return new;
        end if;
    end if;
    raise exception 'a version of a rule cannot be changed: % is refused', lower(tg_op)
        using errcode = 'object_not_in_prerequisite_state',
        hint = 'Apply a new version, or retire the rule: pgsync rules retire NAME --from DATE.';
end;
$$;

comment on function pgsync.guard_rules()
is 'The trigger of pgsync.rules: a version can only be added or, once, retired.';
