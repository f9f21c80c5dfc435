/// A file as it stands on disk: its path below the package, and its bytes.
struct SQLFile {
    let path: String
    let bytes: [UInt8]

    /// The content; bytes that are not UTF-8 show as replacement characters, and `FileCheck` reports them.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The directories and, last, the file name.
    var components: [Substring] { path.split(separator: "/") }

    /// The file name without its ending.
    var stem: Substring { components.last?.prefix { $0 != "." } ?? "" }

    var isMigration: Bool { components.first == "migrations" }
}
