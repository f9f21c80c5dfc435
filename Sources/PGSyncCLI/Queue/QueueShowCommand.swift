import Arguments
import PGSyncStore

/// The commands `pgsync queue show` and `pgsync dead show`.
struct QueueShowCommand<Scope: QueueScope>: Command {
    var id: Int64 = 0
    var images = false
    var imageKeyFile: String?

    static var signature: Signature {
        Signature(
            "show",
            Scope.onlyDead
                ? "Show a dead letter and each attempt to post it."
                : "Show a change, its state, and each attempt to post it.",
            examples: [.init("\(Scope.program) show 4711 --images", "Also show the captured columns.")],
            exitCodes: [.noSuchChange]
        )
    }

    static var parameters: [Parameter<Self>] { ChangeDetail.parameters(\.id, \.images, \.imageKeyFile) }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await ChangeDetail.show(id, images: images, keyFile: imageKeyFile, globals, in: context)
    }
}
