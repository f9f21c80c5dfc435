extension Frame {
    /// The query, step by step, upon one that yields the object.
    func query(upon base: StepQuery) -> StepQuery {
        var query = base
        query.add(columns.map { StepQuery.Column(name: $0.given, value: given($0.reference)) })
        query.add(columns.map(read))
        query.add(columns.filter(\.reference.type.isNumeric).map(bounded))
        for step in 0..<max(values.steps.count, (filter?.step ?? -1) + 1) {
            query.add(
                step < values.steps.count ? values.steps[step] : [],
                where: filter?.step == step ? filter?.condition : nil
            )
        }
        query.add(
            lines + lists.indices.flatMap { listColumns($0 + 1) },
            joining: zip(1..., lists).map {
                "cross join lateral (\n    \($1.indented(by: 4))\n) as list_\($0)"
            }
        )
        return query
    }

    private func read(_ column: Column) -> StepQuery.Column {
        let given = "\(name).\(column.given)"
        let value =
            switch column.reference.type {
            case .text: "pgsync.rule_text(\(taken(column.reference)), \(given))"
            case .date: "pgsync.rule_date(\(given))"
            case .timestamp: "pgsync.rule_timestamp(\(given))"
            case .boolean: "pgsync.rule_boolean(\(given))"
            case .list: "case when pg_catalog.jsonb_typeof(\(given)) = 'array' then \(given) end"
            case .object: given
            case .integer, .number, .money, .minorMoney:
                "pgsync.rule_number(\(given), \(taken(column.reference, asText: true)))"
            }
        return StepQuery.Column(
            name: column.reference.type.isNumeric ? column.read : column.name,
            value: value
        )
    }

    private func bounded(_ column: Column) -> StepQuery.Column {
        let places = column.reference.type.isWhole ? 0 : NumberLimits.fractionDigits
        return StepQuery.Column(
            name: column.name,
            value: "pgsync.rule_bounded(\(name).\(column.read), \(places))"
        )
    }

    private func listColumns(_ number: Int) -> [StepQuery.Column] {
        (["failure", "accounts", "amounts", "parties", "dimensions", "total"]
            + (showingLists.contains(number) ? ["shown"] : []))
            .map { StepQuery.Column(name: "\($0)_\(number)", value: "list_\(number).\($0)") }
    }
}
