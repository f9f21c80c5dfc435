import Files
import Glibc
import PGSyncRules

/// Rule files as given on a command line: single files, or all of a directory.
struct RulePaths {
    let paths: [String]

    private static let suffix = ".rules"
    private static let longest = 8 << 20

    /// The files with their texts, each once; those of a directory by name, without what lies in its directories.
    ///
    /// Those whose maps they use come last.
    func files(_ terms: RuleTerms = RuleTerms()) throws -> [RuleFile] {
        var names: [String] = []
        for path in paths {
            for name in try Self.names(at: path) where !names.contains(name) { names.append(name) }
        }
        let files = try names.map { name in
            var file = try Self.file(name)
            file.terms = terms
            return file
        }
        return RuleFile.withUses(files, Self.reader)
    }

    /// Finds the files whose maps others use; a link and its target are one file.
    private static let reader = RuleFile.Reader(
        identity: { path in
            guard let real = unsafe realpath(path, nil) else { return path }
            defer { unsafe free(real) }
            return unsafe String(cString: real)
        },
        text: { path in
            do {
                return .success(try file(path).text)
            } catch CommandError.unreadableRules(_, let reason) {
                return .failure(RuleFile.Unreadable(reason))
            } catch {
                return .failure(RuleFile.Unreadable("\(error)"))
            }
        }
    )

    /// Reads one file, which must be UTF-8.
    static func file(_ path: String) throws -> RuleFile {
        let bytes: [UInt8]
        do {
            bytes = try OpenFile.bytes(of: path, limit: longest)
        } catch {
            throw CommandError.unreadableRules(path: path, reason: "\(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError.unreadableRules(path: path, reason: "it is not valid UTF-8; save it as UTF-8")
        }
        return RuleFile(name: path, text: text)
    }

    private static func names(at path: String) throws -> [String] {
        guard let directory = unsafe opendir(path) else {
            guard errno == ENOTDIR else { throw failure(path) }
            return [path]
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
        }
        guard !names.isEmpty else {
            throw CommandError.unreadableRules(
                path: path,
                reason: "no file in this directory ends in \(suffix)"
            )
        }
        return names.sorted().map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }

    private static func failure(_ path: String) -> CommandError {
        .unreadableRules(path: path, reason: FileError.text(of: errno))
    }
}
