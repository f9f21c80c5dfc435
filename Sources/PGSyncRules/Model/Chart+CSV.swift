import CSV

extension Chart {
    /// Reads a chart from a file of comma-separated values, as `sql/examples/clinic/chart.csv` is one.
    ///
    /// The first line names the columns: `code`, `name` and `type`, perhaps `party_required` and `active`; others are
    /// passed over.
    package init(csv file: RuleFile) throws(RuleProblem) {
        var records = try Self.records(of: file)
        guard !records.isEmpty else {
            throw file.problem(Self.fault(1, "the chart is empty", help: "begin with a line code,name,type"))
        }
        let header = records.removeFirst()
        var accounts: [String: Account] = [:]
        for name in ["code", "name", "type"] where !header.fields.contains(name) {
            throw file.problem(
                Self.fault(
                    header.line,
                    "the chart has no column \(name)",
                    help: "its first line names the columns"
                )
            )
        }
        for record in records {
            guard record.fields.count == header.fields.count else {
                throw file.problem(
                    Self.fault(
                        record.line,
                        "this line has \(record.fields.count) fields, and the first \(header.fields.count)",
                        help: "put a text that has a comma into double quotes"
                    )
                )
            }
            let values = Dictionary(zip(header.fields, record.fields)) { first, _ in first }
            let account = Account(
                code: values["code"] ?? "",
                name: values["name"] ?? "",
                type: values["type"] ?? "",
                requiresParty: try Self.truth(values["party_required"], or: false, record.line, in: file),
                isActive: try Self.truth(values["active"], or: true, record.line, in: file)
            )
            guard accounts.updateValue(account, forKey: account.code) == nil else {
                throw file.problem(Self.fault(record.line, "the account \(account.code) is listed twice"))
            }
        }
        self.init(accounts.values)
    }

    private static func truth(
        _ text: String?,
        or fallback: Bool,
        _ line: Int,
        in file: RuleFile
    ) throws(RuleProblem) -> Bool {
        guard let word = text?.lowercased(), !word.isEmpty else { return fallback }
        guard let truth = CSVReader.truth(of: word) else {
            throw file.problem(fault(line, "'\(word)' is neither true nor false"))
        }
        return truth
    }

    private static func fault(_ line: Int, _ message: String, help: String? = nil) -> Fault {
        Fault(SourceRange(line: line, column: 1, length: 1), message, help: help)
    }

    private static func records(of file: RuleFile) throws(RuleProblem) -> [CSVReader.Record] {
        do {
            return try CSVReader.records(in: Array(file.text.utf8))
        } catch {
            throw file.problem(fault(error.line, error.text))
        }
    }
}
