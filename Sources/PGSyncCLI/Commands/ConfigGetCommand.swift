import Arguments
import PGSyncStore

/// The command `pgsync config get`.
struct ConfigGetCommand: Command {
    var key = ""

    static let signature = Signature(
        "get",
        "Print the value of a setting.",
        examples: [.init("pgsync config get queue_batch_size", "Use it in a script.")],
        exitCodes: [.configuration]
    )
    static let parameters: [Parameter<Self>] = [.argument("KEY", \.key, help: "The setting.")]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let setting = try await SettingAccess(globals, in: context).withStore { [key] in try $0.setting(key) }
        try globals.json ? context.print(setting.json) : context.print(setting.value)
        return .success
    }
}
