import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("ConfigurationStore", .migrated, .timeLimit(.minutes(10)))
struct ConfigurationStoreTests {
    private func withStore(
        as role: String = "pgsync_operator",
        _ body: @Sendable (ConfigurationStore) throws -> Void
    ) async throws {
        try await TestDatabase.current.session { session in
            try session.execute("set role \(Identifier(role))")
            try body(ConfigurationStore(session))
        }
    }

    @Test("lists every setting with what is allowed")
    func lists() async throws {
        try await withStore(as: "pgsync_reader") { store in
            let settings = try store.list()
            #expect(settings.count >= 28)
            #expect(settings.allSatisfy { $0.isDefault && !$0.description.isEmpty && !$0.allowed.isEmpty })
            #expect(try store.setting("retention_days").allowed == "a whole number from 1 to 36500 days")
        }
    }

    @Test("changes a setting and puts it back")
    func changes() async throws {
        try await withStore { store in
            let changed = try store.set("queue_batch_size", to: "1000")
            #expect(changed.value == "1000")
            #expect(try store.setting("queue_batch_size").isDefault == false)
            #expect(try store.reset("queue_batch_size").value == "500")
        }
    }

    @Test("names the known settings when one is unknown")
    func namesKnownSettings() async throws {
        try await withStore { store in
            let known = try store.list().map(\.key)
            #expect(throws: StoreError.unknown(.setting, "queue_size", known: known)) {
                try store.setting("queue_size")
            }
            #expect(throws: StoreError.unknown(.setting, "queue_size", known: known)) {
                try store.set("queue_size", to: "1")
            }
        }
    }

    @Test("says what is allowed when a value is not")
    func saysWhatIsAllowed() async throws {
        try await withStore { store in
            let setting = try store.setting("queue_batch_size")
            let reason = "queue_batch_size must be a whole number from 1 to 100000 changes, not 'lots'"
            #expect(throws: StoreError.invalidValue(reason: reason)) {
                try store.set("queue_batch_size", to: "lots")
            }
            #expect(try store.setting("queue_batch_size") == setting)
        }
    }

    @Test("tells a reader that changing is not permitted")
    func refusesReaders() async throws {
        try await withStore(as: "pgsync_reader") { store in
            let error = #expect(throws: StoreError.self) { try store.set("retention_days", to: "30") }
            #expect(error.map { "\($0)" }?.contains("is not allowed to change retention_days") == true)
        }
    }
}
