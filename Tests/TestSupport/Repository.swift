internal import FoundationEssentials

/// The source tree that the tests are of; paths start at its top.
package enum Repository {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Where a file is on this machine.
    package static func path(of name: String) -> String { root.appending(path: name).path }

    package static func has(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(of: name))
    }

    /// The text of a file.
    package static func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: name)), as: UTF8.self)
    }

    /// The files of a directory and all below it whose names end so, sorted.
    package static func tree(_ directory: String, endingIn suffix: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path(of: directory))
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(directory)/\($0)" }
    }

    /// The files of a directory whose names end so, sorted.
    package static func files(in directory: String, endingIn suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(of: directory))
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(directory)/\($0)" }
    }
}
