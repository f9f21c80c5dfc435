import FoundationEssentials
import Glibc

/// `embed-sql ROOT OUTPUT PATH…` checks the SQL files below ROOT and writes them as one Swift file.
@main
enum EmbedSQLTool {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let root = arguments.first, let output = arguments.dropFirst().first else {
            fail(with: ["usage: embed-sql ROOT OUTPUT PATH…"])
        }
        do {
            let files = try arguments.dropFirst(2).map { path in
                SQLFile(path: path, bytes: [UInt8](try Data(contentsOf: URL(filePath: "\(root)/\(path)"))))
            }
            let problems = FileCheck.problems(in: files)
            guard problems.isEmpty else { fail(with: problems.map { "\(root)/\($0)" }) }
            try Data(SwiftSource.text(embedding: files).utf8).write(to: URL(filePath: output))
        } catch {
            fail(with: ["embed-sql: error: \(error)"])
        }
    }

    private static func fail(with lines: [String]) -> Never {
        for line in lines { print(line) }
        exit(EXIT_FAILURE)
    }
}
