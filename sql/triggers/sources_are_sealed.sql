do $$
begin
    if not exists (
        select from pg_catalog.pg_trigger as present
        where present.tgrelid = 'pgsync.source_versions'::regclass and present.tgname = 'sources_are_sealed'
    ) then
        create constraint trigger sources_are_sealed after insert on pgsync.source_versions
        deferrable initially deferred
        for each row execute function pgsync.seal_capture();
    end if;
end;
$$;

alter table pgsync.source_versions enable always trigger sources_are_sealed;

comment on trigger sources_are_sealed on pgsync.source_versions
is 'Revokes at commit what attach was allowed to do.';
