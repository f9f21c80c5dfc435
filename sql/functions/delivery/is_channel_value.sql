create or replace function pgsync.is_channel_value(type text, value text)
returns boolean
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select char_length(value) <= 2000 and value ~ case type
    when 'word' then '^[^\x01-\x1f]*$'
    when 'path' then '^/[^[:cntrl:]]+$'
    when 'name' then '^[A-Za-z_][A-Za-z0-9_]*$'
    when 'seconds' then '^([1-9]|[1-9][0-9]|[12][0-9][0-9]|300)$'
    when 'url' then '^https?://[][A-Za-z0-9._:-]+(/[^[:space:][:cntrl:]?#@]*)?$'
    when 'host' then '^[A-Za-z0-9._-]+$|^\[[0-9a-fA-F:.]+\]$'
    when 'port'
        then '^([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$'
    when 'encryption' then '^(starttls|tls|none)$'
    when 'line' then '^[^[:cntrl:]]+$'
    when 'address' then '^[^[:cntrl:][:space:]<>@,;:"()]+@[A-Za-z0-9.-]+$'
    end;
$$;

comment on function pgsync.is_channel_value(text, text)
is 'Whether a text fits a type of setting of channels.';
