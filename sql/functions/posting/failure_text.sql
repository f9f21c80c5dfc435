create or replace function pgsync.failure_text(error_column text, error_message text)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    case
        when pg_catalog.starts_with(failure_text.error_message, failure_text.error_column || ' ')
            then failure_text.error_message
        else pg_catalog.concat_ws(': ', failure_text.error_column, failure_text.error_message)
    end;
$$;

comment on function pgsync.failure_text(text, text)
is 'The message of a failure, preceded by the column it concerns unless the message begins with it.';
