import Arguments
import JSON
import PGSyncStore
import Postgres

/// What the commands of `pgsync config` have in common.
struct SettingAccess {
    private let database: Database
    private let globals: GlobalOptions
    private let context: CommandContext

    init(_ globals: GlobalOptions, in context: CommandContext) throws {
        database = try Database(globals, in: context, program: "pgsync config")
        self.globals = globals
        self.context = context
    }

    func withStore<Result: Sendable>(
        _ body: @escaping @Sendable (ConfigurationStore) throws -> Result
    ) async throws -> Result {
        try await database.withSchema { connection in
            try await connection.withTransaction { try body(ConfigurationStore($0)) }
        }
    }

    /// Makes a change and says what it came to.
    func change(_ body: @escaping @Sendable (ConfigurationStore) throws -> Setting) async throws -> ExitCode {
        let setting = try await withStore(body)
        if globals.json {
            try context.print(setting.json)
        } else if !globals.quiet {
            let unit = setting.unit.map { " \($0)" } ?? ""
            try context.print(
                "\(setting.key) = \(setting.value)\(unit)\(setting.isDefault ? " (the default)" : "")"
            )
        }
        return .success
    }
}

extension Setting {
    var json: JSONValue {
        [
            "key": .string(key),
            "value": .string(value),
            "unit": unit.map(JSONValue.string) ?? .null,
            "is_default": .bool(isDefault),
            "default": .string(defaultValue),
            "allowed": .string(allowed),
            "description": .string(description),
            "updated_at": .string(updatedAt.description),
            "updated_by": .string(updatedBy),
        ]
    }
}
