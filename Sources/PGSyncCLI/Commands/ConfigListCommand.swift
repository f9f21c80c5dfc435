import Arguments
import JSON
import PGSyncStore

/// The command `pgsync config list`.
struct ConfigListCommand: Command {
    static let signature = Signature(
        "list",
        "Show every setting, what is allowed, and which ones somebody changed.",
        discussion: "A change is in force as soon as it is made; nothing needs a restart.",
        examples: [.init("pgsync config list --json", "Compare two databases.")]
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
