import Arguments
import PGSyncStore

/// The file with the private keys of encrypted images.
struct ImageKeyFile {
    static let variable = "PGSYNC_IMAGE_KEY_FILE"

    let path: String

    private static let longest = 1 << 20

    /// What is in it; `warn` is called if others can read it, too.
    func keys(_ warn: (String) -> Void) throws -> PrivateKeys {
        let text: String
        do {
            text = try SecretFile(path: path).text(upTo: Self.longest, warn)
        } catch {
            throw CommandError.unreadableFile(path: path, reason: "\(error)")
        }
        guard let keys = PrivateKeys(text) else {
            throw CommandError.unreadableFile(
                path: path,
                reason: "there is no OpenPGP private key in ASCII armor in it"
            )
        }
        return keys
    }
}

extension CommandContext {
    /// The private keys in a file, if one is named.
    func privateKeys(at path: String?) throws -> PrivateKeys? {
        try path.map { path in try ImageKeyFile(path: path).keys { say($0) } }
    }
}

extension Parameter {
    static func imageKeyFile(_ property: any WritableKeyPath<Root, String?> & Sendable) -> Self {
        .option(
            "image-key-file",
            property,
            placeholder: "PATH",
            environment: [ImageKeyFile.variable],
            isPath: true,
            help: "The private keys of encrypted images."
        )
    }
}
