import Arguments

/// Names of columns with commas between, written as in SQL: folded to lower case unless in double quotes.
struct ColumnList: ArgumentValue, Equatable {
    let names: [String]

    init?(argument: String) {
        var names: [String] = []
        var rest = argument[...]
        while true {
            guard let name = Self.takeName(&rest) else { return nil }
            names.append(name)
            guard let separator = rest.popFirst() else { break }
            guard separator == "," else { return nil }
        }
        self.names = names
    }

    private static func takeName(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else {
            let name = rest.prefix { $0 != "," && $0 != "\"" }
            rest = rest.dropFirst(name.count)
            return name.isEmpty ? nil : name.lowercased()
        }
        rest.removeFirst()
        var name = ""
        while let character = rest.popFirst() {
            guard character == "\"" else {
                name.append(character)
                continue
            }
            guard rest.first == "\"" else { return name.isEmpty ? nil : name }
            rest.removeFirst()
            name.append("\"")
        }
        return nil
    }

    var argument: String { names.joined(separator: ",") }
    static var expectation: String { "names of columns such as a,b or '\"Odd Name\",b'" }
    static var placeholder: String { "COLUMNS" }
}
