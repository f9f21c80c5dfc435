import Glibc
import PGSyncRules

/// The rule files of the clinic example.
enum ClinicRules {
    static let names = [
        "maps", "consultation", "pharmacy", "lab", "ultrasound", "payments", "refunds", "returns",
        "settlements",
    ]

    static func files() throws -> [RuleFile] {
        try names.map {
            RuleFile(name: "\($0).rules", text: try read("sql/examples/clinic/rules/\($0).rules"))
        }
    }

    static func rules() throws -> [Rule] {
        try RuleChecker.check(files(), in: RuleContext(chart: .clinic)).get()
    }

    static func read(_ path: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = unsafe fopen("/\(root)/\(path)", "r") else { throw Missing(path: path) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = unsafe getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    struct Missing: Error {
        let path: String
    }
}
