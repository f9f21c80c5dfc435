import JSON

extension Comparison {
    /// What is another way than in an earlier version, a line each, in plain words.
    package func differences(from earlier: Comparison) -> [String] {
        var lines = Differences()
        lines.compare("name", earlier.name, name)
        lines.compare("version", earlier.version, version)
        lines.compare("every", earlier.every?.words, every?.words)
        lines.compare("sides", list: [earlier.leftName, earlier.rightName], [leftName, rightName])
        lines.compare("database", named: earlier.databaseWords, databaseWords)
        lines.compare("settle", earlier.settle.words, settle.words)
        lines.compare("heal at most", earlier.healLimit, healLimit)
        for entity in earlier.entities where self.entity(entity.name) == nil {
            lines.add("entity \(entity.name) is gone")
        }
        for entity in entities {
            guard let before = earlier.entity(entity.name) else {
                lines.add("entity \(entity.name) is new: \(entity.left.words), and \(entity.right.words)")
                continue
            }
            lines.prefix = "entity \(entity.name): "
            entity.compare(with: before, &lines)
            lines.prefix = ""
        }
        return lines.lines
    }

    private var databaseWords: [(name: String, value: String)] {
        databases.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    }
}

extension ComparisonEntity {
    fileprivate func compare(with earlier: ComparisonEntity, _ lines: inout Differences) {
        lines.compare("left", earlier.left.words, left.words)
        lines.compare("right", earlier.right.words, right.words)
        lines.compare("key", list: earlier.key.map(\.line), key.map(\.line))
        lines.compare("column", named: earlier.columns.map(\.named), columns.map(\.named))
        lines.compare("copies", set: earlier.copied.map(\.line), copied.map(\.line))
        lines.compare("groups", set: earlier.groups, groups)
        lines.compare("metric", named: earlier.metrics.map(\.named), metrics.map(\.named))
        lines.compare("coverage of", earlier.coverage, coverage)
        lines.compare("weight", earlier.weight, weight)
        lines.compare("sync above", earlier.syncAbove, syncAbove)
        lines.compare("heal", earlier.heal?.words, heal?.words)
    }
}

// What is compared as a file writes it.

extension ComparisonSide {
    fileprivate var words: String {
        let place =
            switch place {
            case .here(let table): table.description
            case .database(let name, let table): "\(name) \(table)"
            case .stream(let name, let stream): "import \(name).\(stream)"
            }
        return place + conditions.words
    }
}

extension [ComparisonCondition] {
    /// With 'where' before them.
    fileprivate var words: String {
        isEmpty ? "" : " where " + map(\.words).joined(separator: " and ")
    }
}

extension ComparisonCondition {
    fileprivate var words: String {
        switch test {
        case .isNull: "\(column) is null"
        case .isNotNull: "\(column) is not null"
        case .compared(let sign, let value): "\(column) \(sign) \(Self.words(of: value))"
        }
    }

    private static func words(of value: String) -> String {
        guard JSONNumber(value) == nil, value != "true", value != "false" else { return value }
        return "'\(value.replacing("'", with: "''"))'"
    }
}

extension ComparedColumn {
    /// What stands behind its name.
    private var options: [String] {
        [type?.description, rightName == name ? nil : "as \(rightName)"].compactMap(\.self)
            + Form.allCases.filter(forms.contains).map(\.rawValue)
            + (within.map { ["within \($0)"] } ?? [])
    }

    fileprivate var line: String { ([name] + options).joined(separator: " ") }

    fileprivate var named: (name: String, value: String) {
        (name, options.isEmpty ? "as it is" : options.joined(separator: " "))
    }
}

extension ComparisonMetric {
    fileprivate var named: (name: String, value: String) { (name, figure.words + conditions.words) }
}

extension ComparisonMetric.Figure {
    fileprivate var words: String {
        func words(_ word: String, _ column: String, _ factor: String?) -> String {
            "\(word) \(column)" + (factor.map { " * \($0)" } ?? "")
        }
        return switch self {
        case .count: "count"
        case .sum(let column, let factor): words("sum", column, factor)
        case .average(let column, let factor): words("average", column, factor)
        }
    }
}

extension ComparisonHeal {
    fileprivate var words: String {
        switch self {
        case .copy(let deletes): "by copy" + (deletes ? " with deletes" : "")
        case .import(let name, let stream): "by import \(name)" + (stream.map { ".\($0)" } ?? "")
        case .fetch(let column, let hosts): "by fetch \(column) from \(hosts.joined(separator: ", "))"
        }
    }
}
