import Arguments
import PGSyncStore

/// The command `pgsync dead show`.
struct DeadShowCommand: Command {
    var id: Int64 = 0
    var images = false

    static let signature = Signature(
        "show",
        "Show a dead letter: what was captured, and each attempt at it.",
        examples: [.init("pgsync dead show 4711 --images", "With the row as it was captured.")],
        exitCodes: [.noSuchChange]
    )
    static let parameters: [Parameter<Self>] = ChangeDetail.parameters(\.id, \.images)

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await ChangeDetail.show(id, images: images, globals, in: context)
    }
}
