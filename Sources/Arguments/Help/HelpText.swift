/// The help of one command, laid out for a terminal.
struct HelpText {
    private typealias Row = (label: String, text: String)

    private let program: ProgramOutline
    private let path: [CommandOutline]
    private let command: CommandOutline
    private let width: Int

    init(program: ProgramOutline, path: [CommandOutline], width: Int) {
        self.program = program
        self.path = path
        self.command = path.last ?? program.root
        self.width = min(max(width, 40), 100)
    }

    var text: String {
        let signature = command.signature
        let tables: [(title: String, rows: [Row])] = [
            ("ARGUMENTS", command.arguments.map(row)),
            ("OPTIONS", command.options.map(row)),
            ("GLOBAL OPTIONS", isRoot ? program.globals.map(row) : []),
            ("SUBCOMMANDS", subcommandRows),
        ]
        let own = isRoot ? program.exitCodes : [.success, .usage] + command.signature.exitCodes
        let exitCodes = own.sorted { $0.code < $1.code }.map { Row(label: "\($0.code)", text: $0.meaning) }
        // The columns are the same in every help.
        let labels = (tables.flatMap(\.rows) + program.globals.map(row) + exitCodes).map(\.label.displayWidth)
        let column = 2 + (labels.filter { $0 <= 28 }.max() ?? 0) + 2

        var sections = [wrapped(signature.abstract, indent: 0)]
        if !signature.discussion.isEmpty { sections.append(wrapped(signature.discussion, indent: 0)) }
        sections.append("USAGE\n  " + usage)
        for table in tables where !table.rows.isEmpty {
            sections.append(section(table.title, table.rows, column: column))
        }
        if !signature.examples.isEmpty {
            let examples = signature.examples.map { example in
                "  \(example.command)\n" + wrapped(example.explanation, indent: 6)
            }
            sections.append("EXAMPLES\n" + examples.joined(separator: "\n"))
        }
        if command.subcommands.isEmpty || isRoot {
            sections.append(section("EXIT CODES", exitCodes, column: column))
        }
        if !isRoot {
            let globals = program.globals.map(\.display).joined(separator: ", ")
            sections.append(
                wrapped(
                    "Every command takes \(globals); see '\(program.name) --help' for these and the other exit codes.",
                    indent: 0
                )
            )
        }
        return sections.joined(separator: "\n\n") + "\n"
    }

    private var isRoot: Bool { path.count == 1 }

    var usage: String {
        let required = command.options.filter(\.isRequired).map { "\($0.display) \($0.placeholder)" }
        let arguments = command.arguments.map { spec in
            let name = spec.isRepeated ? "\(spec.name)..." : spec.name
            return spec.isRequired ? name : "[\(name)]"
        }
        let rest = command.subcommands.isEmpty ? required + arguments : ["COMMAND"]
        return (path.map(\.signature.name) + ["[options]"] + rest).joined(separator: " ")
    }

    // MARK: Rows

    private var subcommandRows: [Row] {
        let rows = command.subcommands.map { Row(label: $0.signature.name, text: $0.signature.abstract) }
        return rows.isEmpty ? [] : rows + [Row(label: "help", text: "Show the help of a command.")]
    }

    private func row(_ spec: ParameterSpec) -> Row {
        let long =
            switch spec.kind {
            case .argument: spec.name
            case .option where spec.bareValue != nil: "\(spec.display) [\(spec.placeholder)]"
            case .option: "\(spec.display) \(spec.placeholder)"
            case .flag(isNegatable: true): "--[no-]\(spec.name)"
            case .flag: spec.display
            }
        let short = spec.short.map { "-\($0), " } ?? "    "
        return (spec.kind == .argument ? long : short + long, (spec.help + notes(spec)))
    }

    private func notes(_ spec: ParameterSpec) -> String {
        var notes: [String] = []
        if spec.isRepeated { notes.append("repeatable") }
        if !spec.allowedValues.isEmpty { notes.append(spec.allowedValues.joined(separator: ", ")) }
        if let limits = spec.limits { notes.append(limits) }
        if let bareValue = spec.bareValue { notes.append("without a value: \(bareValue)") }
        if let defaultText = spec.defaultText { notes.append("default: \(defaultText)") }
        if !spec.environment.isEmpty { notes.append("env: " + spec.environment.joined(separator: ", ")) }
        return notes.isEmpty ? "" : " [" + notes.joined(separator: "; ") + "]"
    }

    // MARK: Layout

    private func section(_ title: String, _ rows: [Row], column: Int) -> String {
        let lines = rows.map { row in
            let label = "  " + row.label
            let text = wrapped(row.text, indent: column)
            guard label.displayWidth + 2 <= column else { return "\(label)\n\(text)" }
            return label + text.dropFirst(label.displayWidth)
        }
        return ([title] + lines).joined(separator: "\n")
    }

    private func wrapped(_ text: String, indent: Int) -> String {
        text.wrapped(to: max(width - indent, 20))
            .map { $0.isEmpty ? "" : String(repeating: " ", count: indent) + $0 }
            .joined(separator: "\n")
    }
}
