import Arguments

/// Names of tables with commas between, each written as in SQL.
struct TableList: ArgumentValue, Equatable {
    let names: [String]

    init?(argument: String) {
        var names = [""]
        var isQuoted = false
        for character in argument {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted {
                names.append("")
            } else {
                names[names.count - 1].append(character)
            }
        }
        guard !isQuoted, names.allSatisfy({ $0.contains { !$0.isWhitespace } }) else { return nil }
        self.names = names
    }

    var argument: String { names.joined(separator: ",") }
    static var expectation: String { "names of tables such as bills,sales.visits" }
    static var placeholder: String { "TABLES" }
}
