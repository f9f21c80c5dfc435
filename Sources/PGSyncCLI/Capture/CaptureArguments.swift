import Arguments
import PGSyncCore

extension Parameter where Root: Command {
    /// How long a command that attaches or detaches tries for the lock on each table.
    static func patience(_ property: any WritableKeyPath<Root, Duration> & Sendable) -> Self {
        .option(
            "patience",
            property,
            limits: .within(.zero ... .seconds(86_400)),
            help: "How long to try for the lock."
        )
    }
}

/// Column names separated by commas, written as in SQL: folded to lower case unless in double quotes.
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
    static var expectation: String { "column names such as a,b or '\"Odd Name\",b'" }
    static var placeholder: String { "COLUMNS" }
}

/// Kinds of changes separated by commas.
struct ActionList: ArgumentValue, Equatable {
    let actions: [ChangeAction]

    init(_ actions: [ChangeAction]) {
        self.actions = actions
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let actions = words.compactMap { ChangeAction(rawValue: String($0)) }
        guard actions.count == words.count else { return nil }
        self.init(ChangeAction.allCases.filter(actions.contains))
    }

    var argument: String { actions.map(\.rawValue).joined(separator: ",") }
    static var expectation: String { "some of create,update,delete,truncate" }
    static var placeholder: String { "ACTIONS" }
}

/// A share of the time, in per cent.
struct Percentage: ArgumentValue, Equatable {
    let percent: Int

    init(percent: Int) {
        self.percent = percent
    }

    init?(argument: String) {
        let digits = argument.hasSuffix("%") ? argument.dropLast() : argument[...]
        guard let percent = Int(digits), (1...100).contains(percent) else { return nil }
        self.percent = percent
    }

    var share: Double { Double(percent) / 100 }
    var argument: String { "\(percent)%" }
    static var expectation: String { "a share of the time from 1% to 100%" }
    static var placeholder: String { "PERCENT" }
}
