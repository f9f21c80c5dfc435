extension TestDatabase {
    /// Makes the log and the audit log what they were before there were ranges.
    package func uncut() async throws {
        try await run(Self.uncutting)
    }

    private static let uncutting = #"""
        do $uncut$
        declare
            v_views text[];
            v_statement text;
            v_part text;
        begin
            v_views := array(
                select format('create or replace view %s as %s', view.oid::regclass, pg_get_viewdef(view.oid))
                from pgsync.views_of('pgsync.sync_audit_log') as view
            );
            alter table pgsync.sync_logs detach partition pgsync.sync_logs_000001;
            alter table pgsync.sync_audit_log detach partition pgsync.sync_audit_log_000001;
            for v_part in
                select format('drop table %s', inhrelid::regclass) from pg_inherits
                where inhparent in ('pgsync.sync_logs'::regclass, 'pgsync.sync_audit_log'::regclass)
            loop
                execute v_part;
            end loop;
            alter table pgsync.id_ranges disable trigger all;
            delete from pgsync.id_ranges;
            alter table pgsync.id_ranges enable always trigger id_ranges_are_guarded;
            alter table pgsync.id_ranges enable always trigger id_ranges_are_never_deleted;
            alter table pgsync.sync_logs attach partition pgsync.sync_logs_000001 for values from (minvalue) to (maxvalue);
            alter table pgsync.sync_audit_log rename to old_audit_log;
            perform pgsync.rename_range('pgsync.old_audit_log', 'older_audit_log');
            alter index pgsync.sync_audit_log_pkey rename to older_pkey;
            alter index pgsync.sync_audit_log_recorded_at rename to older_recorded_at;
            alter index pgsync.sync_audit_log_site rename to older_site;
            perform pgsync.rename_range('pgsync.sync_audit_log_000001', 'sync_audit_log');
            alter trigger range_is_never_truncated on pgsync.sync_audit_log rename to sync_audit_log_is_never_truncated;
            create trigger sync_audit_log_never_changes before update or delete on pgsync.sync_audit_log
            for each row execute function pgsync.refuse_change();
            alter table pgsync.sync_audit_log enable always trigger sync_audit_log_never_changes;
            for v_statement in
                select format(
                    'grant %s on pgsync.sync_audit_log to %I', held.privilege_type, pg_get_userbyid(held.grantee)
                )
                from pg_class as own cross join lateral aclexplode(own.relacl) as held
                where own.oid = 'pgsync.older_audit_log'::regclass and held.grantee <> own.relowner
            loop
                execute v_statement;
            end loop;
            foreach v_statement in array v_views loop
                execute v_statement;
            end loop;
            drop table pgsync.older_audit_log;
        end;
        $uncut$;
        """#
}
