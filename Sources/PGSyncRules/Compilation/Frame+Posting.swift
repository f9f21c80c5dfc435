extension Frame {
    /// Whether debits and credits differ, nil if there are none.
    var isUnbalanced: String? {
        guard !parts.isEmpty else { return nil }
        let amounts = parts.map { part in
            switch part {
            case .line(let line): line.amount
            case .list(let number): "coalesce(\(name).total_\(number), 0)"
            }
        }
        let isExactlyUnbalanced = "0::numeric + \(amounts.joined(separator: " + ")) <> 0"
        guard lists.isEmpty else { return isExactlyUnbalanced }
        let (limit, list) = (Int64.max / Int64(amounts.count), amounts.joined(separator: ", "))
        return
            "case when greatest(\(list)) > \(limit) or least(\(list)) < -\(limit) then \(isExactlyUnbalanced) "
            + "else \(amounts.joined(separator: " + ")) <> 0 end"
    }

    /// Whether there are lines, nil if there always are.
    var isPosting: String? {
        var conditions: [String] = []
        for part in parts {
            switch part {
            case .line(let line) where line.isOptional: conditions.append("\(line.amount) <> 0")
            case .line: return nil
            case .list(let number): conditions.append("\(name).amounts_\(number) is not null")
            }
        }
        return conditions.isEmpty ? "false" : conditions.joined(separator: " or ")
    }

    // MARK: Arrays

    var accounts: String {
        array("text", "accounts", leavingOut: "null::text") { line in
            line.isOptional ? "case when \(line.amount) <> 0 then \(line.account) end" : line.account
        }
    }

    var amounts: String { array("bigint", "amounts", leavingOut: "0::bigint", \.amount) }

    /// No line has an empty party, and so it can mark the lines to leave out.
    var parties: String {
        array("text", "parties", leavingOut: "''::text") { line in
            line.isOptional ? marked("''::text", line, unless: line.party) : line.party ?? "null"
        }
    }

    var dimensions: String {
        array("jsonb", "dimensions", leavingOut: "'false'::jsonb") { line in
            line.isOptional
                ? marked("'false'::jsonb", line, unless: line.dimensions) : line.dimensions ?? "null"
        }
    }

    private func marked(_ mark: String, _ line: Line, unless value: String?) -> String {
        "case when \(line.amount) = 0 then \(mark)\(value.map { " else \($0)" } ?? "") end"
    }

    /// The lines that stand between lists are an array, without those marked.
    private func array(
        _ type: String,
        _ list: String,
        leavingOut mark: String,
        _ value: (Line) -> String
    ) -> String {
        var arrays: [String] = []
        var lines: [Line] = []
        func close() {
            guard !lines.isEmpty else { return }
            let array = "array[\(lines.map(value).joined(separator: ", "))]::\(type)[]"
            let isOptional = lines.contains(where: \.isOptional)
            arrays.append(isOptional ? "pg_catalog.array_remove(\(array), \(mark))" : array)
            lines = []
        }
        for part in parts {
            switch part {
            case .line(let line): lines.append(line)
            case .list(let number):
                close()
                arrays.append("\(name).\(list)_\(number)")
            }
        }
        close()
        return arrays.isEmpty ? "null" : arrays.joined(separator: " || ")
    }

    // MARK: Elements

    /// The lines of all elements together, for a query whose rows are the elements with their failures.
    ///
    /// The aggregates take the lines as they come, in the order of the elements.
    ///
    /// What a failure shows is that of the first element which fails.
    func list(of elements: StepQuery, showing shown: String?) -> String {
        let lines = parts.compactMap { if case .line(let line) = $0 { line } else { nil } }
        func unnested(_ type: String, _ value: (Line) -> String) -> String {
            lines.isEmpty
                ? "null::\(type)"
                : "pg_catalog.unnest(array[\(lines.map(value).joined(separator: ", "))]::\(type)[])"
        }
        let select = """
            select
                \(name).number,
                \(name).failure,
                \(unnested("text", \.account)) as account,
                \(unnested("bigint", \.amount)) as amount,
                \(unnested("text") { $0.party ?? "null" }) as party,
                \(unnested("jsonb") { $0.dimensions ?? "null" }) as dimensions\(shown.map { ",\n    \($0) as shown" } ?? "")
            """
        let first =
            "(pg_catalog.array_agg(\(name).shown) filter (where \(name).failure is not null))[1] as shown"
        return """
            select
                (pg_catalog.min(\(name).number * 4294967296 + \(name).failure) % 4294967296)::integer as failure,
                pg_catalog.array_agg(\(name).account) filter (where \(name).amount <> 0) as accounts,
                pg_catalog.array_agg(\(name).amount) filter (where \(name).amount <> 0) as amounts,
                pg_catalog.array_agg(\(name).party) filter (where \(name).amount <> 0) as parties,
                pg_catalog.array_agg(\(name).dimensions) filter (where \(name).amount <> 0) as dimensions,
                pg_catalog.sum(\(name).amount) as total\(shown == nil ? "" : ",\n    \(first)")
            from (
                \(select.indented(by: 4))
                from (
                    \(elements.text(for: select).indented(by: 8))
                ) as \(name)
            ) as \(name)
            """
    }
}
