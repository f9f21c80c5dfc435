import Arguments
import Files
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync image-keys list`.
struct ImageKeysListCommand: Command {
    static let signature = Signature(
        "list",
        "List the public keys that images can be encrypted for.",
        examples: [.init("pgsync image-keys list", "Which there are, and which tables use them.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync image-keys")
        let keys = try await database.read { try ImageKeyStore($0).list() }
        if globals.json {
            try context.print(.array(keys.map(\.json)))
        } else if keys.isEmpty {
            if !globals.quiet { context.say("no image keys; to add one: pgsync image-keys add NAME FILE") }
        } else {
            var table = TextTable([
                .init("key"), .init("OpenPGP number"), .init("added"), .init("by", isOptional: true),
                .init("tables", overflow: .wrap),
            ])
            for key in keys {
                table.add([
                    key.name, key.openPGPID, key.addedAt.toTheMinute, key.addedBy,
                    key.tables.isEmpty ? "none" : key.tables.joined(separator: ", "),
                ])
            }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}

extension ImageKey {
    fileprivate var json: JSONValue {
        [
            "image_key": .string(name), "openpgp_id": .string(openPGPID),
            "added_at": .string(addedAt.description), "added_by": .string(addedBy), "tables": tables.json,
        ]
    }
}

/// The command `pgsync image-keys add`.
struct ImageKeysAddCommand: Command {
    var name = ""
    var path = ""

    static let signature = Signature(
        "add",
        "Add a public key that images can be encrypted for.",
        discussion: """
            FILE is an OpenPGP public key in ASCII armor, as gpg --armor --export writes it. The private key never comes into \
            the database: workers read it from --image-key-file. Then attach tables with --encrypt NAME.
            """,
        examples: [.init("pgsync image-keys add clinic clinic.asc", "Add the key as clinic.")],
        exitCodes: [.refused, .notPermitted, .wrongFile]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, help: "What to call it: a word of lower-case letters."),
        .argument("FILE", \.path, isPath: true, help: "The public key."),
    ]

    private static let longest = 1 << 20

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let text: String
        do {
            text = String(decoding: try OpenFile.bytes(of: path, limit: Self.longest), as: UTF8.self)
        } catch {
            throw CommandError.unreadableFile(path: path, reason: "\(error)")
        }
        guard PrivateKeys(text) == nil else {
            throw CommandError.unreadableFile(
                path: path,
                reason:
                    "it holds a private key, which must not come into the database; gpg --armor --export NAME writes "
                    + "the public one"
            )
        }
        let database = try Database(globals, in: context, program: "pgsync image-keys")
        let id = try await database.change { [name] in try ImageKeyStore($0).add(name, text) }
        if globals.json {
            try context.print(["image_key": .string(name), "openpgp_id": .string(id)])
        } else if !globals.quiet {
            try context.print("added \(name), OpenPGP number \(id)")
        }
        return .success
    }
}
