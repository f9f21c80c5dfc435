import Arguments
import PGSyncStore

/// The command `pgsync config set`.
struct ConfigSetCommand: Command {
    var key = ""
    var value = ""

    static let signature = Signature(
        "set",
        "Change a setting, for every worker at once.",
        examples: [
            .init("pgsync config set queue_batch_size 500", "Take up to 500 changes per transaction.")
        ],
        exitCodes: [.notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("KEY", \.key, help: "The setting."),
        .argument("VALUE", \.value, help: "Its new value."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await SettingAccess(globals, in: context).change { [key, value] in try $0.set(key, to: value) }
    }
}
