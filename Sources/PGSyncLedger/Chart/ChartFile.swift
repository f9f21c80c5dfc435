import CSV

/// A chart of accounts as a file: CSV with a header.
package struct ChartFile: Sendable {
    /// One account as written; what the file has no column for is nil and stays as it is.
    struct Row: Sendable, Equatable {
        let line: Int
        let code: String
        let name: String
        let kind: Account.Kind
        var isContra: Bool?
        /// Empty if a column for it says that there is none.
        var parent: String?
        var needsParty: Bool?
        var mustBeZeroToClose: Bool?
        var isActive: Bool?
    }

    package static let columns = [
        "code", "name", "type", "contra", "parent", "party_required", "zero_to_close", "active",
    ]
    private static let required = columns.prefix(3)

    package let path: String
    let rows: [Row]

    /// Reads every line and reports all errors at once.
    package init(_ bytes: [UInt8], path: String) throws(LedgerError) {
        self.path = path
        let records: [CSVReader.Record]
        do {
            records = try CSVReader.records(in: bytes)
        } catch {
            throw .wrongChart(file: path, problems: [ChartProblem(error.line, error.text)])
        }
        guard let header = records.first else {
            throw .wrongChart(file: path, problems: [ChartProblem(1, "the file is empty")])
        }
        let names = header.fields.map { $0.trimmed.lowercased() }
        var problems = Self.problems(ofHeader: names, line: header.line)
        guard problems.isEmpty else { throw .wrongChart(file: path, problems: problems) }
        var rows: [Row] = []
        for record in records.dropFirst() {
            switch Self.row(record, names) {
            case .success(let row): rows.append(row)
            case .failure(let wrong): problems += wrong.problems
            }
        }
        guard problems.isEmpty else { throw .wrongChart(file: path, problems: problems) }
        self.rows = rows
    }

    private static func problems(ofHeader names: [String], line: Int) -> [ChartProblem] {
        if names.count == 1, let only = names.first, only.contains(";") || only.contains("\t") {
            return [
                ChartProblem(line, "the fields are not split by commas; save the file as CSV with commas")
            ]
        }
        let known = "the columns are \(columns.joined(separator: ", "))"
        return names.filter { !columns.contains($0) }.map {
            ChartProblem(line, "unknown column '\($0)'; \(known)")
        }
            + required.filter { !names.contains($0) }.map {
                ChartProblem(line, "the column '\($0)' is missing; \(known)")
            }
            + Set(names).filter { name in names.count { $0 == name } > 1 }.sorted().map {
                ChartProblem(line, "the column '\($0)' appears twice")
            }
    }

    private struct Wrong: Error {
        var problems: [ChartProblem]
    }

    private static func row(_ record: CSVReader.Record, _ names: [String]) -> Result<Row, Wrong> {
        guard record.fields.count == names.count else {
            let text = "\(record.fields.count) fields, but the header has \(names.count)"
            return .failure(Wrong(problems: [ChartProblem(record.line, text)]))
        }
        let fields = Dictionary(zip(names, record.fields.map(\.trimmed))) { first, _ in first }
        var problems: [ChartProblem] = []
        func flag(_ name: String, orElse fallback: Bool = false) -> Bool? {
            guard let word = fields[name]?.lowercased() else { return nil }
            if word.isEmpty { return fallback }
            let truth = CSVReader.truth(of: word)
            if truth == nil {
                problems.append(ChartProblem(record.line, "\(name) must be true or false, not '\(word)'"))
            }
            return truth
        }
        let code = fields["code"] ?? ""
        if !code.isAccountCode {
            let rule =
                "at most 40 letters, digits, '.', '_', ':' and '-', beginning with a letter or digit"
            problems.append(ChartProblem(record.line, "'\(code)' is not an account code: \(rule)"))
        }
        let name = fields["name"] ?? ""
        if name.isEmpty { problems.append(ChartProblem(record.line, "the account has no name")) }
        let type = fields["type"]?.lowercased() ?? ""
        let kind = Account.Kind(rawValue: type)
        if kind == nil {
            let kinds = Account.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(ChartProblem(record.line, "the type must be one of \(kinds), not '\(type)'"))
        }
        var row = Row(line: record.line, code: code, name: name, kind: kind ?? .asset)
        row.isContra = flag("contra")
        row.parent = fields["parent"]
        row.needsParty = flag("party_required")
        row.mustBeZeroToClose = flag("zero_to_close")
        row.isActive = flag("active", orElse: true)
        return problems.isEmpty ? .success(row) : .failure(Wrong(problems: problems))
    }
}

extension String {
    fileprivate var trimmed: String {
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let rest = unicodeScalars.drop(while: isSpace)
        return String(rest.prefix(rest.count - rest.reversed().prefix(while: isSpace).count))
    }

    /// As the table of accounts requires.
    fileprivate var isAccountCode: Bool {
        let isWord = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard let first = utf8.first, isWord(first), utf8.count <= 40 else { return false }
        return utf8.allSatisfy { isWord($0) || "._:-".utf8.contains($0) }
    }
}

/// An error in a chart file.
package struct ChartProblem: Error, Sendable, Equatable {
    package let line: Int
    package let text: String

    init(_ line: Int, _ text: String) {
        self.line = line
        self.text = text
    }
}
