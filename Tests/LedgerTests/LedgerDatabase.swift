import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with a chart of five accounts and the months of 2026, all open.
    static var ledger: DatabaseTrait {
        .migrated(as: "ledger", ledgerPreparation)
    }
}

let ledgerPreparation = """
    select ledger.import_chart('[
        {"code": "1000", "name": "Cash", "type": "asset"},
        {"code": "1200", "name": "Receivable", "type": "asset", "party_required": true},
        {"code": "1900", "name": "Suspense", "type": "asset", "zero_to_close": true},
        {"code": "4000", "name": "Income", "type": "income"},
        {"code": "9999", "name": "Unused", "type": "expense", "active": false}
    ]');
    \(LittleLedger.months)
    """

/// Who tries to get past the rules.
///
/// A worker may not write to the journal by hand, so here somebody has granted it that.
enum Intruder: String, CaseIterable, Sendable {
    case worker, owner, replica

    /// What makes a superuser's session theirs.
    var prelude: String {
        switch self {
        case .worker:
            """
            grant insert on ledger.journal_entries, ledger.journal_lines to pgsync_worker;
            grant usage on sequence ledger.journal_entries_id_seq to pgsync_worker;
            grant execute on function ledger.post_entry, ledger.reverse_entry to pgsync_worker;
            set role pgsync_worker;
            """
        case .owner: "set role pgsync_owner;"
        case .replica: "set session_replication_role = replica;"
        }
    }
}

/// The error that a script ends in; nil when it succeeds.
func refusal(of script: String, as intruder: Intruder = .worker) async throws -> PostgresError? {
    do {
        try await TestDatabase.current.run(intruder.prelude + script)
        return nil
    } catch let error as PostgresError {
        return error
    }
}

/// The condition that a script ends in, such as PL002; nil when it succeeds.
func condition(of script: String, as intruder: Intruder = .worker) async throws -> String? {
    try await refusal(of: script, as: intruder)?.sqlState?.code
}
