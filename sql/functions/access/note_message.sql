-- Their times are taken for five minutes before and after.
create or replace function pgsync.note_message(id_hash bytea)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.signed_messages as own
    where own.received_at < clock_timestamp() - interval '15 minutes';
    insert into pgsync.signed_messages as own (id_hash)
    values (note_message.id_hash)
    on conflict on constraint signed_messages_pkey do nothing;
    return found;
end;
$$;

comment on function pgsync.note_message(bytea)
is 'Notes a signed request by the SHA-256 of its id; false if it has come before.';
