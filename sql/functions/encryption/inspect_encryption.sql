create or replace function pgsync.inspect_encryption()
returns table (found text, remedy text)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if not exists (select from pgsync.sources as source where source.image_key is not null and source.attached) then
        return;
    end if;
    perform pgsync.encrypt_image('{}', null, made.secret)
    from pgsync.sources as source
    cross join lateral pgsync.new_secret(source.image_key) as made
    where source.image_key is not null and source.attached;
exception when others then
    return query
    values (
        'images cannot be encrypted: ' || sqlerrm,
        'create extension pgcrypto; select pgsync.make_encryption();'
    );
end;
$$;

comment on function pgsync.inspect_encryption()
is 'Why writes to tables with encrypted images fail, and how to fix it; no rows when all is well.';
