import FoundationEssentials

/// The files of this package.
enum Sources {
    static func swiftFiles(in directory: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: directory).filter { $0.hasSuffix(".swift") }
            .map { "\(directory)/\($0)" }
    }
}
