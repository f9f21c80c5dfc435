import Arguments
import PGSyncStore

/// The command `pgsync config reset`.
struct ConfigResetCommand: Command {
    var key = ""

    static let signature = Signature(
        "reset",
        "Put a setting back to its default.",
        examples: [.init("pgsync config reset queue_batch_size", "Undo what was set.")],
        exitCodes: [.notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [.argument("KEY", \.key, help: "The setting.")]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await SettingAccess(globals, in: context).change { [key] in try $0.reset(key) }
    }
}
