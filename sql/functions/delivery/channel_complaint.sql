-- A list is one value of its type after the other, and at least one; at most 50.
create or replace function pgsync.channel_complaint(
    kind text,
    settings jsonb,
    secret text,
    previous_secret text
)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_variable
declare
    v_setting record;
    v_value jsonb;
    v_good boolean;
begin
    select key.name
    into v_setting
    from jsonb_object_keys(settings) as key (name)
    where not exists (
        select from pgsync.channel_settings() as known where known.kind = channel_complaint.kind and known.setting = key.name
    )
    limit 1;
    if found then
        return format('a channel of kind %s has no setting %L', kind, v_setting.name);
    end if;

    for v_setting in select known.* from pgsync.channel_settings() as known where known.kind = channel_complaint.kind loop
        v_value := settings -> v_setting.setting;
        if v_value is null then
            if v_setting.is_required then
                return format('a channel of kind %s needs the setting %s: %s', kind, v_setting.setting, v_setting.meaning);
            end if;
            continue;
        end if;
        if v_setting.type in ('words', 'names', 'addresses') then
            v_good := case
                when jsonb_typeof(v_value) <> 'array' then false
                else jsonb_array_length(v_value) between 1 and 50 and not exists (
                    select
                    from jsonb_array_elements(v_value) with ordinality as item (value, place)
                    where jsonb_typeof(item.value) <> 'string'
                        or not pgsync.is_channel_value(
                            case
                                when v_setting.type = 'words' and item.place = 1 then 'path'
                                when v_setting.type = 'words' then 'word'
                                when v_setting.type = 'names' then 'name'
                                else 'address'
                            end,
                            item.value #>> '{}'
                        )
                )
            end;
        else
            v_good := jsonb_typeof(v_value) in ('string', 'number')
                and pgsync.is_channel_value(v_setting.type, v_value #>> '{}');
        end if;
        if v_good is not true then
            return format('the setting %s of a channel of kind %s does not fit: %s', v_setting.setting, kind, v_setting.meaning);
        end if;
    end loop;

    return case
        when secret like 'env:%' and secret not like 'env:PGSYNC\_SECRET\__%'
            or previous_secret like 'env:%' and previous_secret not like 'env:PGSYNC\_SECRET\__%'
            then 'the variable of a secret begins with PGSYNC_SECRET_, so that no channel can send away another'
        when kind = 'webhook' and secret is null
            then 'a webhook needs a secret to sign with: whsec_ and 24 to 64 bytes in base64'
        when kind = 'slack' and secret is null
            then 'a channel of kind slack needs a secret: the URL of its incoming webhook'
        when kind = 'mail' and (secret is null) = (settings ? 'user')
            then 'a user of a mail server comes with a secret, its password, and a secret with a user'
        when settings ? 'user' and settings ->> 'encryption' = 'none'
            then 'a password is not sent to a mail server without encryption'
        when kind in ('notify', 'command') and secret is not null
            then format('a channel of kind %s has no secret', kind)
        when previous_secret is not null and (kind <> 'webhook' or secret is null)
            then 'only webhooks are signed with a previous secret, too'
    end;
end;
$$;

comment on function pgsync.channel_complaint(text, jsonb, text, text)
is 'What is wrong with the settings or secrets of a channel; null if nothing is.';
