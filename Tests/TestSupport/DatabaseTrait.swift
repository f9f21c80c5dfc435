package import Postgres
package import Testing

/// Gives each test case a database, as `TestDatabase.current`.
package struct DatabaseTrait: SuiteTrait, TestTrait, TestScoping {
    enum Kind: Sendable {
        case shared
        case empty
        case copy(DatabaseTemplate)
    }

    let kind: Kind

    /// All tests at once would need more connections, and more patience, than there are.
    private static let turnstile = Turnstile(places: 8)

    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Self.turnstile.pass {
            switch kind {
            case .shared:
                try await TestDatabase.$bound.withValue(try await .shared()) { try await function() }
            case .empty:
                try await TestDatabase.with { database in
                    try await TestDatabase.$bound.withValue(database) { try await function() }
                }
            case .copy(let template):
                try await TestDatabase.with(copyOf: try await template.name()) { database in
                    try await TestDatabase.$bound.withValue(database) { try await function() }
                }
            }
        }
    }
}

extension Trait where Self == DatabaseTrait {
    /// An empty database of the test's own.
    package static var database: DatabaseTrait { DatabaseTrait(kind: .empty) }

    /// One database for all tests that only ask, and leave nothing behind.
    package static var sharedDatabase: DatabaseTrait { DatabaseTrait(kind: .shared) }

    /// A copy of a template.
    package static func database(copyOf template: DatabaseTemplate) -> DatabaseTrait {
        DatabaseTrait(kind: .copy(template))
    }

    /// A copy of a database that a closure has prepared, once for all tests that name the same key.
    ///
    /// What it prepares is empty, or itself a copy of a template.
    package static func database(
        prepared key: String,
        copyOf base: DatabaseTemplate? = nil,
        _ prepare: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) -> DatabaseTrait {
        .database(copyOf: .shared(key, copyOf: base, prepare))
    }
}
