import Arguments
import PGSyncOperations

/// Places where the chain is anchored, separated by semicolons.
struct AnchorList: ArgumentValue, Equatable {
    let destinations: [AnchorDestination]

    /// The variable that workers and commands take them from.
    static let variable = "PGSYNC_ANCHOR_TO"

    init?(argument: String) {
        let words = argument.split(separator: ";").map(String.init)
        destinations = words.compactMap { AnchorDestination($0) }
        guard destinations.count == words.count, !words.isEmpty else { return nil }
    }

    var argument: String { destinations.map(\.text).joined(separator: ";") }
    static var expectation: String {
        "file:PATH, syslog, database:SERVICE or command:PROGRAM, separated by ;"
    }
    static var placeholder: String { "PLACES" }
}

/// A place in which anchors are looked for: a file unless it says otherwise.
struct AnchorSource: ArgumentValue, Equatable {
    let destination: AnchorDestination

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        destination = AnchorDestination(argument) ?? .file(argument)
    }

    var argument: String { destination.text }
    static var expectation: String { "a file, or database:SERVICE" }
    static var placeholder: String { "FILE" }
}
