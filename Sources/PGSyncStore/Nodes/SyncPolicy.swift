/// Who wins where two systems change a record at once.
package struct SyncPolicy: Sendable, Equatable, CustomStringConvertible {
    package static let names = ["newer", "master", "node", "fields", "delta", "manual", "priority"]

    package let name: String
    /// With delta.
    package var columns: [String]?
    /// With priority.
    package var nodes: [String]?

    package init(name: String, columns: [String]? = nil, nodes: [String]? = nil) {
        self.name = name
        self.columns = columns
        self.nodes = nodes
    }

    /// Reads `newer`, `delta(a,b)` or `priority(north,south)`; nil if it is none of these.
    package init?(_ text: String) {
        let word = String(text.prefix { $0 != "(" })
        guard Self.names.contains(word) else { return nil }
        var list: [String]?
        if word.count < text.count {
            guard text.hasSuffix(")") else { return nil }
            let names = text.dropFirst(word.count + 1).dropLast().split(separator: ",").map {
                String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            guard !names.isEmpty, names.allSatisfy({ !$0.isEmpty }) else { return nil }
            list = names
        }
        guard (list != nil) == (word == "delta" || word == "priority") else { return nil }
        self.init(name: word, columns: word == "delta" ? list : nil, nodes: word == "priority" ? list : nil)
    }

    package var description: String {
        (columns ?? nodes).map { "\(name)(\($0.joined(separator: ",")))" } ?? name
    }
}

/// What becomes of a column that only the other side has.
package enum SyncDrift: String, Sendable, CaseIterable {
    /// The table is left out.
    case freeze
    /// The column is added.
    case evolve
    /// The records that have a value in it are left out.
    case quarantine
}
