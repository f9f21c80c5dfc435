import FoundationEssentials
import Testing

/// A Swift file of this package.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// Relative to the package, such as `Sources/Concurrency/Locked.swift`.
    let path: String
    let text: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var testDescription: String { path }

    /// The directory right below `Sources` or `Tests`, which is named like its target.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// The package's own directory.
    private static let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    /// The text of a file of the package.
    static func text(of path: String) throws -> String {
        try String(contentsOfFile: "\(package)/\(path)", encoding: .utf8)
    }

    /// The names of all targets that have sources, in Swift or not.
    static func targets() throws -> Set<String> {
        let entries = try FileManager.default.contentsOfDirectory(atPath: "\(package)/Sources")
        return Set(entries.filter { !$0.contains(".") })
    }

    /// The paths of all files below a directory of the package.
    static func paths(in directory: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(package)/\(directory)").map {
            "\(directory)/\($0)"
        }
    }

    /// All Swift files below a directory of the package.
    static func all(in directory: String) throws -> [SourceFile] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(package)/\(directory)")
            .filter { $0.hasSuffix(".swift") }
            .sorted()
            .map { name in
                let path = "\(directory)/\(name)"
                let text = try String(contentsOfFile: "\(package)/\(path)", encoding: .utf8)
                return SourceFile(path: path, text: text)
            }
    }
}
