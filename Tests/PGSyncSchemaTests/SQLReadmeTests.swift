import FoundationEssentials
import Testing

/// `sql/README.md` is the manual of the functions, so each of its tables is held against the files.
@Suite("sql/README.md")
struct SQLReadmeTests {
    private let readme: String
    private let files: [(path: String, text: String)]

    init() throws {
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        readme = try String(contentsOf: URL(filePath: "\(package)/sql/README.md"), encoding: .utf8)
        files = try FileManager.default.subpathsOfDirectory(atPath: "\(package)/sql/functions")
            .filter { $0.hasSuffix(".sql") }.sorted()
            .map {
                ($0, try String(contentsOf: URL(filePath: "\(package)/sql/functions/\($0)"), encoding: .utf8))
            }
    }

    /// The cells of the rows of the table with this header.
    private func table(_ header: String) throws -> [[String]] {
        let lines = readme.split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.indices.filter { lines[$0] == header }.flatMap { start in
            let rows = lines[(start + 2)...].prefix { $0.hasPrefix("|") }
            try #require(!rows.isEmpty)
            return rows.map { row in
                row.dropFirst(2).dropLast(2).split(separator: " | ").map { cell in cell.filter { $0 != "`" } }
            }
        }
    }

    @Test("names every room, and no other")
    func rooms() throws {
        let rooms = Set(files.map { $0.path.split(separator: "/").dropLast().map { $0 + "/" }.joined() })
        #expect(
            Set(try table("| Below functions/ | What is there |".code("functions/")).map { $0[0] }) == rooms
        )
    }

    @Test("says of each function what its comment says")
    func functions() throws {
        let rows = try table("| Function | What it does |")
        #expect(rows.count > 50)
        for row in rows {
            let name = row[0].split(separator: ".")
            let file = try #require(files.first { $0.path.hasSuffix("/\(name[1]).sql") }, "\(row[0])")
            let flat = file.text.filter { $0 != "`" }.split(whereSeparator: \.isWhitespace).joined(
                separator: " "
            )
            #expect(flat.contains("comment on function \(row[0])("))
            #expect(flat.contains("is '\(row[1].replacing("'", with: "''"))';"), "\(row[0])")
        }
    }

    @Test("names every advisory lock, as does each line that takes one")
    func locks() throws {
        let rows = try table("| Class | Number | Name | Held by |")
        let names = Dictionary(uniqueKeysWithValues: rows.map { ("\($0[0]) \($0[1])", $0[2]) })
        var used: Set<String> = []
        // These two hold the names beside the numbers, as values.
        for file in files
        where !["foreign_locks", "may_hold"].contains(where: { file.path.hasSuffix("/\($0).sql") }) {
            for line in file.text.split(separator: "\n") {
                // The first class alone, without a number, is no lock.
                for match in line.matches(of: /(188687653\d)(?:, (\d))?(?: \/\* (\w+) \*\/)?/)
                where match.1 != "1886876531" || match.2 != nil || match.3 != nil {
                    let number =
                        match.2.map(String.init)
                        ?? ["1886876532": "slot", "1886876533": "worker", "1886876535": "job"][
                            match.1,
                            default: "hash"
                        ]
                    let name = try #require(match.3, "\(file.path): \(line)")
                    #expect(names["\(match.1) \(number)"] == String(name), "\(file.path): \(line)")
                    used.insert(String(name))
                }
            }
        }
        #expect(used.union(["leader", "migration"]) == Set(names.values))
    }

    @Test("names every block of planner settings, and there is no other")
    func plannerSettings() throws {
        let known = try table("| Block | Settings | For |").map { row in
            let settings =
                row[1].matches(of: /enable_\w+/).map { "\($0.0) = off" }
                + row[1].matches(of: /plan_cache_mode = \w+/).map { String($0.0) }
            return Set(settings)
        }
        var used: [Set<String>] = []
        for file in files {
            let settings = Set(
                file.text.matches(of: /(?m)^set ((?:enable_\w+|plan_cache_mode) = \w+)$/).map { String($0.1) }
            )
            guard !settings.isEmpty else { continue }
            #expect(known.contains(settings), "\(file.path): \(settings.sorted())")
            #expect(file.text.contains("\nset jit = off\n"), "\(file.path)")
            used.append(settings)
        }
        #expect(known.allSatisfy(used.contains))
    }

    @Test("names every error code of the ledger and of pgsync")
    func codes() throws {
        let known = Set(try table("| Code | Meaning |").map { $0[0] })
        let used = Set(
            files.filter { file in
                ["ledger/", "encryption/", "access/"].contains { file.path.hasPrefix($0) }
            }.flatMap {
                $0.text.matches(of: /'(P[LS]\d+)'/).map { String($0.1) }
            }
        )
        #expect(known == used)
    }
}

extension String {
    /// The same with a part of it marked as code.
    fileprivate func code(_ part: String) -> String { replacing(part, with: "`\(part)`") }
}
