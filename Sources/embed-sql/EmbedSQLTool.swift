import FoundationEssentials
import Glibc

/// `embed-sql schema|examples|page ROOT OUTPUT` checks the files of a collection below ROOT and writes them as one Swift file.
@main
enum EmbedSQLTool {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 3, let collection = Collection(rawValue: arguments[0]) else {
            fail(with: ["usage: embed-sql schema|examples|page ROOT OUTPUT"])
        }
        let (root, output) = (arguments[1], arguments[2])
        do {
            let files = try collection.paths(under: root).map { path in
                SQLFile(path: path, bytes: [UInt8](try Data(contentsOf: URL(filePath: "\(root)/\(path)"))))
            }
            let problems = FileCheck.problems(in: files, of: collection)
            guard problems.isEmpty else { fail(with: problems.map { "\(root)/\($0)" }) }
            try Data(SwiftSource.text(embedding: files, of: collection).utf8).write(to: URL(filePath: output))
        } catch {
            fail(with: ["embed-sql: error: \(error)"])
        }
    }

    private static func fail(with lines: [String]) -> Never {
        for line in lines { print(line) }
        exit(EXIT_FAILURE)
    }
}
