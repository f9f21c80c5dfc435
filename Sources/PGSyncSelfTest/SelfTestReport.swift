/// What a self-test tried, and what came of it.
package struct SelfTestReport: Sendable {
    /// The stages, in order; the first that fails is the last that runs.
    package enum StageName: String, Sendable, CaseIterable {
        case database, schema, tables, configuration, rows, changes, truncation, faults, books
    }

    package struct Stage: Sendable {
        package enum State: String, Sendable { case passed, failed, skipped }

        package let name: StageName
        package let state: State
        package let duration: Duration
        /// What was done, in a few words.
        package let summary: String
        package let problems: [String]
    }

    /// What became of the copy of a table.
    package struct Table: Sendable {
        package let name: String
        /// The rows it began with.
        package var rows = 0
        /// Whether all of them are made up, because none could be read.
        package var isMadeUp = false
        package var captured = 0
        /// Changes by outcome.
        package var outcomes: [String: Int] = [:]
        /// Dead letters by class.
        package var dead: [String: Int] = [:]
        /// What could not be tried, and why.
        package var notTried: [String] = []
    }

    package enum Verdict: String, Sendable { case passed, incomplete, failed }

    package let database: String
    package let isKept: Bool
    package let stages: [Stage]
    package let tables: [Table]
    package let duration: Duration

    package var verdict: Verdict {
        if stages.contains(where: { $0.state == .failed }) { return .failed }
        return tables.isEmpty || tables.contains { !$0.notTried.isEmpty } ? .incomplete : .passed
    }
}

/// Why a self-test cannot begin, or leaves something behind.
package enum SelfTestError: Error, Sendable {
    case mayNotCreateDatabases(user: String)
    /// Migrating the scratch database would create them, and they would stay.
    case rolesMissing([String])
    /// Migrating the scratch database would grant them, and they would stay.
    case grantsMissing([String])
    case notDropped(database: String, reason: String)
}

extension SelfTestError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .mayNotCreateDatabases(let user):
            """
            \(user) cannot create the database in which the self-test runs
              hint: Have an administrator run: alter role \(user) createdb;
            """
        case .rolesMissing(let roles):
            """
            the roles \(roles.joined(separator: ", ")) are missing, and the self-test would leave them behind
              hint: Create them first: pgsync migrate
            """
        case .grantsMissing(let grants):
            """
            memberships of the roles of pgsync are missing, and the self-test would leave them behind
              hint: Have an administrator run: \(grants.joined(separator: " "))
            """
        case .notDropped(let database, let reason):
            """
            the database of the self-test is left behind: \(reason)
              hint: drop database \(database) with (force);
            """
        }
    }
}
