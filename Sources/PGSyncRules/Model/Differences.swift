/// Lines that say what differs.
struct Differences {
    private(set) var lines: [String] = []
    var prefix = ""

    mutating func add(_ line: String) { lines.append(prefix + line) }

    mutating func compare(_ word: String, _ old: Int, _ new: Int) { compare(word, "\(old)", "\(new)") }

    mutating func compare(_ word: String, _ old: String?, _ new: String?) {
        switch (old, new) {
        case (let old?, let new?) where old != new: add("\(word) was \(old), is \(new)")
        case (nil, let new?): add("\(word) is new: \(new)")
        case (let old?, nil): add("\(word) is gone: \(old)")
        default: break
        }
    }

    /// Compares names of which the order means nothing.
    mutating func compare(_ word: String, set old: [String], _ new: [String]) {
        guard Set(old) != Set(new) else { return }
        compare(word, list: old, new)
    }

    mutating func compare(_ word: String, list old: [String], _ new: [String]) {
        func text(_ list: [String]) -> String? { list.isEmpty ? nil : list.joined(separator: ", ") }
        compare(word, text(old), text(new))
    }

    /// Compares things with names, of which the order means nothing.
    mutating func compare(
        _ word: String,
        named old: [(name: String, value: String)],
        _ new: [(name: String, value: String)]
    ) {
        for (name, value) in old where !new.contains(where: { $0.name == name }) {
            compare("\(word) \(name)", value, nil)
        }
        for (name, value) in new {
            compare("\(word) \(name)", old.first { $0.name == name }?.value, value)
        }
    }
}
