import Arguments
import PGSyncStore

/// The command `pgsync queue show`.
struct QueueShowCommand: Command {
    var id: Int64 = 0
    var images = false

    static let signature = Signature(
        "show",
        "Show a change, what it waits for, and each attempt at it.",
        examples: [.init("pgsync queue show 4711 --images", "With the row as it was captured.")],
        exitCodes: [.noSuchChange]
    )
    static let parameters: [Parameter<Self>] = ChangeDetail.parameters(\.id, \.images)

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await ChangeDetail.show(id, images: images, globals, in: context)
    }
}
