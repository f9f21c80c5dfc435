extension RuleScope {
    /// The rule with names resolved; nil when too much is wrong to have one.
    mutating func check(_ syntax: RuleSyntax) -> Rule? {
        let version = checkHead(syntax)
        let currency = checkCurrency(syntax)
        for value in syntax.lets { define(value) }
        let condition = syntax.condition.flatMap { condition in
            checked(condition.range) { scope throws(Fault) in
                try scope.formula(of: condition, as: .boolean, "'when' must be true or false")
            }
        }
        let date = syntax.date.flatMap { date in
            checked(date.range) { scope throws(Fault) in
                scope.takesTimestamps = true
                defer { scope.takesTimestamps = false }
                return try scope.formula(of: date, as: .date, "'date' must be a date")
            }
        }
        let description = syntax.description.flatMap { description in
            checked(description.range) { scope throws(Fault) in
                try scope.joinedFormula(of: description, "'describe' must be a text")
            }
        }
        let statements = check(syntax.statements)
        warnOfMinorUnits(syntax)
        guard let version, let date, let description, let currency,
            syntax.condition == nil || condition != nil
        else { return nil }
        return Rule(
            name: syntax.name.value,
            version: version,
            table: syntax.table.value,
            currency: currency,
            places: places,
            partners: syntax.partners.map(\.value),
            condition: condition,
            date: date,
            description: description,
            statements: statements
        )
    }

    private mutating func checkHead(_ syntax: RuleSyntax) -> Int? {
        let name = syntax.name
        let isPlain = name.value.utf8.enumerated().allSatisfy { index, byte in
            (0x61...0x7A).contains(byte) || index > 0 && (byte == 0x5F || (0x30...0x39).contains(byte))
        }
        if !isPlain || name.value.utf8.count > 40 {
            note(
                Fault(name.range, "the name of a rule has up to 40 small letters, digits and underscores")
            )
        }
        if context.requiresTables, context.tables[syntax.table.value] == nil {
            let meant = Spelling.nearest(to: syntax.table.value, among: context.tableNames)
            note(
                Fault(
                    syntax.table.range,
                    "unknown table \(syntax.table.value)",
                    help: meant.map { "did you mean \($0)?" }
                        ?? "create it first; write names as PostgreSQL stores them"
                )
            )
        }
        let needed =
            [("date", syntax.date == nil), ("describe", syntax.description == nil)]
            + [("currency", syntax.currency == nil)]
        for (word, isMissing) in needed where isMissing && !syntax.unread.contains(word) {
            note(Fault(name.range, "the rule \(name.value) lacks a line '\(word)'"))
        }
        if syntax.statements.isEmpty, syntax.unread.isDisjoint(with: Parser.statements) {
            note(Fault(name.range, "the rule \(name.value) has no 'debit' or 'credit'"))
        }
        guard let version = Int(syntax.version.value), (1...999_999).contains(version) else {
            note(Fault(syntax.version.range, "a version is a whole number from 1"))
            return nil
        }
        return version
    }

    // MARK: Statements

    private mutating func check(_ statements: [StatementSyntax]) -> [Statement] {
        // A name is for the lines below it that stand as deep as it, or deeper.
        let outer = lets
        defer { lets = outer }
        return statements.compactMap { check($0) }
    }

    private mutating func check(_ statement: StatementSyntax) -> Statement? {
        switch statement {
        case .letting(let value):
            define(value)
            return nil
        case .line(let line):
            return check(line).map(Statement.line)
        case .assert(let condition, let message):
            let formula = checked(condition.range) { scope throws(Fault) in
                try scope.formula(of: condition, as: .boolean, "'assert' must be true or false")
            }
            return formula.map {
                .assert($0, message: message?.value ?? "an assertion of the rule does not hold")
            }
        case .conditional(let condition, let then, let otherwise):
            let formula = checked(condition.range) { scope throws(Fault) in
                try scope.formula(of: condition, as: .boolean, "'if' must be true or false")
            }
            let (then, otherwise) = (check(then), check(otherwise))
            return formula.map { .conditional($0, then: then, otherwise: otherwise) }
        case .forEach(let list, let name, let body):
            guard element == nil else {
                note(Fault(list.range, "'for each' cannot stand inside 'for each'"))
                return nil
            }
            guard lets[name.value] == nil else {
                note(Fault(name.range, "\(name.value) is already used for something else"))
                return nil
            }
            guard let (column, fields) = noting({ scope throws(Fault) in try scope.list(list) }) else {
                return nil
            }
            element = (name.value, list.value, fields)
            defer { element = nil }
            return .forEach(ForEachStatement(list: column, body: check(body)))
        }
    }

    private func list(_ name: Located<String>) throws(Fault) -> (ColumnReference, [String: ColumnType]) {
        let column = try column(name.value, at: name.range)
        guard case .list(let fields) = column.type else {
            throw Fault(
                name.range,
                "\(name.value) is \(column.type.noun), not a list",
                help: "declare its elements: column \(name.value) list (mode text, amount money)"
            )
        }
        return (column, fields)
    }

    private mutating func check(_ line: LineSyntax) -> LineStatement? {
        let hasParty = line.party != nil
        let account = checked(line.account.range) { scope throws(Fault) in
            try scope.account(of: line.account, withParty: hasParty)
        }
        let amount = checked(line.amount.range) { scope throws(Fault) in try scope.amount(of: line.amount) }
        let party = line.party.flatMap { party in
            checked(party.range) { scope throws(Fault) in
                try scope.writtenFormula(of: party, "a party must be a text or a whole number")
            }
        }
        var dimensions: [LineStatement.Dimension] = []
        for (name, value) in line.dimensions {
            if dimensions.contains(where: { $0.name == name.value }) {
                note(Fault(name.range, "the line has two dimensions \(name.value)"))
            }
            let formula = checked(value.range) { scope throws(Fault) in
                try scope.writtenFormula(of: value, "a dimension must be a text or a whole number")
            }
            if let formula { dimensions.append(LineStatement.Dimension(name: name.value, value: formula)) }
        }
        if let account, line.party == nil, let needy = account.accounts.first(where: needsParty) {
            note(
                Fault(
                    line.account.range,
                    "the account \(needy) (\(context.chart[needy]?.name ?? "")) needs a party",
                    help: "say whose it is at the end of the line, such as 'party patient_id'"
                )
            )
        }
        guard let account, let amount, line.party == nil || party != nil else { return nil }
        return LineStatement(
            side: line.side.value,
            account: account,
            amount: amount,
            skipsZero: line.skipsZero,
            party: party,
            dimensions: dimensions
        )
    }

    private func needsParty(_ code: String) -> Bool { context.chart[code]?.requiresParty == true }

    private func amount(of syntax: ExpressionSyntax) throws(Fault) -> Formula {
        let typed = try typed(syntax)
        if typed.type == .money || typed.type?.isNumeric == true && typed.isLiteral { return typed.formula }
        var help: String?
        if case .column(let column) = typed.formula, column.type.isNumeric {
            let field = column.inner.isEmpty && column.list == nil ? "column \(column.name)" : column.path
            help = "if it is an amount in the rule's currency, declare it: \(field) money"
            if column.type == .integer {
                help? += "; if it counts in the smallest unit, such as cents: \(field) minor money"
            }
        }
        throw Fault(
            syntax.range,
            "the amount must be money, and this is \(typed.type?.noun ?? "null")",
            help: help
        )
    }

    private func account(of syntax: ExpressionSyntax, withParty hasParty: Bool) throws(Fault) -> Formula {
        switch syntax.kind {
        case .text(let code):
            if let fault = context.chart.faults(of: Located(value: code, range: syntax.range)).first {
                throw fault
            }
            return .literal(.text(ByteText(code)))
        case .conditional(let condition, let then, let otherwise):
            return .conditional(
                try formula(of: condition, as: .boolean, "'if' must be true or false"),
                then: try account(of: then, withParty: hasParty),
                otherwise: try account(of: otherwise, withParty: hasParty)
            )
        case .call(let name, let arguments) where name.value == "account" && maps["account"] == nil:
            guard let argument = arguments.first else {
                throw Fault(name.range, "'account' takes the text that names it")
            }
            let code = try writtenFormula(of: argument, "an account is named by a text or a whole number")
            return .account(code, withParty: hasParty)
        case .call(let name, let arguments):
            guard let map = maps[name.value], let argument = arguments.first else {
                throw Fault(
                    name.range,
                    "unknown map \(name.value)",
                    help: Spelling.nearest(to: name.value, among: maps.keys).map { "did you mean \($0)?" },
                    isConsequence: lacksMaps || unreadMaps.contains(name.value)
                )
            }
            return .lookup(map, try formula(of: argument, as: .text, "the map \(map.name) is for texts"))
        default:
            throw Fault(syntax.range, "an account must be a code, a map or a choice between accounts")
        }
    }
}

extension Formula {
    /// Every account a formula for accounts may yield.
    fileprivate var accounts: [String] {
        switch self {
        case .literal(.text(let code)?): [code.string]
        case .conditional(_, let then, let otherwise): then.accounts + otherwise.accounts
        case .lookup(let map, _): map.accounts
        default: []
        }
    }
}
