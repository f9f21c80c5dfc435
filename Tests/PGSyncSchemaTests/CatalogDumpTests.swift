import TestSupport
import Testing

@Suite("Dump of the catalog", .migrated, .timeLimit(.minutes(10)))
struct CatalogDumpTests {
    @Test(
        "tells of the smallest change",
        arguments: [
            "comment on table pgsync.migrations is null",
            "comment on column pgsync.sync_configuration.config_key is null",
            "comment on function pgsync.configuration_text is null",
            "comment on schema ledger is 'other'",
            "revoke select on pgsync.migrations from pgsync_reader",
            "revoke usage on schema pgsync from pgsync_worker",
            "grant execute on function pgsync.set_configuration to public",
            "alter table pgsync.sync_configuration disable trigger check_configuration",
            "alter table pgsync.sync_configuration alter column unit set default 'days'",
            "update pgsync.sync_configuration set config_value = '8' where config_key = 'retention_days'",
            "create view pgsync.intruder as select 1 as one",
        ]
    )
    func tells(change: String) async throws {
        let database = TestDatabase.current
        let before = try await database.run(CatalogDump.query)
        #expect(try await database.run(CatalogDump.query) == before)
        try await database.run(change)
        #expect(try await database.run(CatalogDump.query) != before)
    }
}
