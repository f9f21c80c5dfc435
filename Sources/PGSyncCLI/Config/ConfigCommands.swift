import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync config list`.
struct ConfigListCommand: Command {
    static let signature = Signature(
        "list",
        "Show all settings, their defaults and allowed values.",
        discussion: "Changes take effect at once; no restart is needed.",
        examples: [.init("pgsync config list --json", "For comparing two databases.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let settings = try await SettingAccess(globals, in: context).withStore { try $0.list() }
        guard !globals.json else {
            try context.print(.array(settings.map(\.json)))
            return .success
        }
        var columns: [TextTable.Column] = [
            .init("key"), .init("value", .right, overflow: .wrap), .init("unit", isOptional: true),
            .init("default", isOptional: true),
            .init("allowed", overflow: .wrap),
        ]
        if globals.verbose { columns.append(.init("description", overflow: .wrap)) }
        var table = TextTable(columns)
        for setting in settings {
            let mark = setting.isDefault ? "yes" : "no: \(setting.defaultValue)"
            table.add([
                setting.key, setting.value, setting.unit ?? "", mark, setting.allowed, setting.description,
            ])
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        return .success
    }
}

/// The command `pgsync config get`.
struct ConfigGetCommand: Command {
    var key = ""

    static let signature = Signature(
        "get",
        "Print the value of a setting.",
        examples: [.init("pgsync config get queue_batch_size", "For use in a script.")],
        exitCodes: [.configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("KEY", \.key, namesCommand: NameKind.settings.command, help: "The setting.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let setting = try await SettingAccess(globals, in: context).withStore { [key] in try $0.setting(key) }
        try globals.json ? context.print(setting.json) : context.print(setting.value)
        return .success
    }
}

/// The command `pgsync config set`.
struct ConfigSetCommand: Command {
    var key = ""
    var value = ""

    static let signature = Signature(
        "set",
        "Change a setting, for all workers.",
        examples: [
            .init("pgsync config set queue_batch_size 500", "Take up to 500 changes per transaction.")
        ],
        exitCodes: [.notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("KEY", \.key, namesCommand: NameKind.settings.command, help: "The setting."),
        .argument("VALUE", \.value, help: "Its new value."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await SettingAccess(globals, in: context).change { [key, value] in try $0.set(key, to: value) }
    }
}

/// The command `pgsync config reset`.
struct ConfigResetCommand: Command {
    var key = ""

    static let signature = Signature(
        "reset",
        "Reset a setting to its default.",
        examples: [.init("pgsync config reset queue_batch_size", "Go back to the default.")],
        exitCodes: [.notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("KEY", \.key, namesCommand: NameKind.settings.command, help: "The setting.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await SettingAccess(globals, in: context).change { [key] in try $0.reset(key) }
    }
}

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
            "changed": .bool(!isDefault),
            "default": .string(defaultValue),
            "allowed": .string(allowed),
            "description": .string(description),
            "updated_at": .string(updatedAt.description),
            "updated_by": .string(updatedBy),
        ]
    }
}
