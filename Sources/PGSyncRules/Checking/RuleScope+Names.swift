/// What a `let` calls by a name.
struct NamedFormula {
    let value: TypedFormula
    /// Where the name is given to it.
    let range: SourceRange
}

extension RuleScope {
    /// How many parts an expression may have with those that names stand for.
    private static let sizeLimit = 2_000

    /// What a name stands for, if a `let` above says so.
    func named(_ name: String, at range: SourceRange) throws(Fault) -> TypedFormula? {
        guard let found = lets[name] else { return nil }
        guard (found.range.line, found.range.column) < (range.line, range.column) else {
            throw Fault(
                range,
                "\(name) is not known yet",
                help: "move the line 'let \(name) = …' above this one"
            )
        }
        return found.value
    }

    /// Takes in a `let`; what is wrong with it is noted, and not again where the name is used.
    mutating func define(_ syntax: LetSyntax) {
        let name = syntax.name.value
        let value = noting { scope throws(Fault) in
            guard !scope.isDeclared(name) else {
                throw Fault(
                    syntax.name.range,
                    "there is already a column \(name)",
                    help: "give the value another name"
                )
            }
            guard scope.lets[name] == nil, scope.element?.name != name else {
                throw Fault(syntax.name.range, "\(name) is already used for something else")
            }
            var value = try scope.typed(syntax.value)
            try scope.checkSize(value.formula, at: syntax.value.range)
            if !value.formula.isSimple, !value.isLiteral { value.formula = .shared(value.formula) }
            return value
        }
        guard let value else {
            if lets[name] == nil { unread.insert(name) }
            return
        }
        lets[name] = NamedFormula(value: value, range: syntax.name.range)
    }

    /// Runs a check for a formula, which must not be too long.
    mutating func checked(
        _ range: SourceRange,
        _ check: (inout RuleScope) throws(Fault) -> Formula
    ) -> Formula? {
        noting { scope throws(Fault) in
            let formula = try check(&scope)
            try scope.checkSize(formula, at: range)
            return formula
        }
    }

    private func checkSize(_ formula: Formula, at range: SourceRange) throws(Fault) {
        var left = Self.sizeLimit
        formula.count(upTo: &left)
        if left < 0 {
            throw Fault(
                range,
                "the expression is too long, with its names expanded",
                help: "split the line"
            )
        }
    }

    // MARK: Days

    /// The day of a timestamp in a time zone.
    func day(of syntax: ExpressionSyntax, in zone: Located<String>) throws(Fault) -> TypedFormula {
        var scope = self
        scope.takesTimestamps = true
        let found = try scope.typed(syntax)
        guard found.type == .timestamp else {
            var help: String?
            if case .column(let column)? = Optional(found.formula), found.type == .text {
                help = "if it holds timestamps, declare it: column \(column.name) timestamp"
            }
            throw Fault(
                syntax.range,
                "only a timestamp has a day in a time zone, and this is \(found.type?.noun ?? "null")",
                help: found.type == .date ? "leave out 'in time zone'" : help
            )
        }
        for column in found.formula.columns
        where stored(column)?.dataType.hasSuffix("without time zone") == true {
            throw Fault(
                syntax.range,
                "\(column.name) has no time zone: its day is the one that is written",
                help: "leave out 'in time zone', or store it as timestamptz"
            )
        }
        if let fault = context.fault(ofTimeZone: zone) { throw fault }
        return TypedFormula(formula: .day(found.formula, in: .named(zone.value)), type: .date)
    }
}

extension RuleContext {
    /// What is wrong with the name of a time zone, as far as a server was asked.
    fileprivate func fault(ofTimeZone zone: Located<String>) -> Fault? {
        guard let names = timeZoneNames, timeZones[zone.value] == nil else { return nil }
        let folded = zone.value.lowercased()
        let meant =
            names.first { $0.lowercased() == folded } ?? Spelling.nearest(to: zone.value, among: names)
            ?? names.first { $0.lowercased().hasSuffix("/" + folded) }
        return Fault(
            zone.range,
            "unknown time zone \(zone.value)",
            help: meant.map { "did you mean '\($0)'?" } ?? "pg_timezone_names lists them"
        )
    }
}

extension Formula {
    /// Counts its parts down from a limit, and ends below zero where they are more.
    fileprivate func count(upTo left: inout Int) {
        left -= 1
        for part in parts where left >= 0 { part.count(upTo: &left) }
    }
}
