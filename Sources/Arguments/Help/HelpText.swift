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

    /// The page of the command; of the program, all that fits a screen.
    var text: String {
        let signature = command.signature
        let examples = section(
            "EXAMPLES",
            signature.examples.map { ($0.command, $0.explanation) },
            widestLabel: 32
        )
        var sections = [
            wrapped(signature.abstract), isRoot ? nil : wrapped(signature.discussion), "USAGE\n  " + usage,
        ]
        if command.subcommands.isEmpty {
            sections += [
                section("ARGUMENTS", command.arguments.map(row)),
                section("OPTIONS", command.options.map(row)), examples,
                section("EXIT CODES", Self.rows(signature.exitCodes)),
            ]
        } else {
            let rare = isRoot ? command.subcommands.filter { program.rare.contains($0.signature.name) } : []
            let names = Set(rare.map(\.signature.name))
            let rows = command.subcommands.filter { !names.contains($0.signature.name) }
                .map { ($0.signature.name, $0.signature.abstract) }
            sections += [
                section("COMMANDS", rows + [("help", "Show the help of a command.")]),
                rare.isEmpty
                    ? nil : "MORE\n" + wrapped(rare.map(\.signature.name).joined(separator: ", "), indent: 2),
                examples,
            ]
        }
        let topics = HelpTopic.allCases.map(\.rawValue).joined(separator: "|")
        return joined(sections + ["See also: \(program.name) help \(topics)"])
    }

    /// The page of a topic.
    func text(of topic: HelpTopic) -> String {
        switch topic {
        case .options:
            joined([
                wrapped("The options of every command."), wrapped(program.root.signature.discussion),
                section("OPTIONS", program.globals.map(row)),
            ])
        case .environment:
            joined([
                wrapped(
                    "The environment variables that \(program.name) reads; an option that is given comes first."
                ),
                section("VARIABLES", variables),
            ])
        case .exitCodes:
            joined([
                wrapped("What \(program.name) ends with, whichever the command."),
                section("EXIT CODES", Self.rows(program.exitCodes)),
            ])
        }
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

    /// Every variable once, with the options it stands in for.
    private var variables: [Row] {
        let own = program.commands.flatMap { path, command in
            command.parameters.flatMap { spec in spec.environment.map { ($0, "\(spec.display) of \(path)") } }
        }
        let global = program.globals.flatMap { spec in spec.environment.map { ($0, spec.display) } }
        return (program.variables + global + own).reduce(into: []) { rows, variable in
            if let row = rows.firstIndex(where: { $0.label == variable.0 }) {
                rows[row].text += ", \(variable.1)"
            } else {
                rows.append((label: variable.0, text: variable.1))
            }
        }
    }

    private static func rows(_ exitCodes: [ExitCode]) -> [Row] {
        exitCodes.sorted { $0.code < $1.code }.map { ("\($0.code)", $0.meaning) }
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
        let hasShort = (isRoot ? program.globals : command.options).contains { $0.short != nil }
        let short = spec.short.map { "-\($0), " } ?? (hasShort ? "    " : "")
        return (spec.kind == .argument ? long : short + long, (spec.help + notes(spec)))
    }

    private func notes(_ spec: ParameterSpec) -> String {
        var notes: [String] = []
        if spec.isRepeated { notes.append("repeatable") }
        if !spec.allowedValues.isEmpty { notes.append(spec.allowedValues.joined(separator: ", ")) }
        if let limits = spec.limits { notes.append(limits) }
        if let bareValue = spec.bareValue { notes.append("without a value: \(bareValue)") }
        if let defaultText = spec.defaultText { notes.append("default: \(defaultText)") }
        return notes.isEmpty ? "" : " [" + notes.joined(separator: "; ") + "]"
    }

    // MARK: Layout

    /// Labels with their texts beside them, below a label that is wider than others; nil for no rows.
    private func section(_ title: String, _ rows: [Row], widestLabel: Int = 24) -> String? {
        guard !rows.isEmpty else { return nil }
        let column = 2 + (rows.map(\.label.displayWidth).filter { $0 <= widestLabel }.max() ?? 4) + 2
        let lines = rows.map { row in
            let label = "  " + row.label
            let text = wrapped(row.text, indent: column)
            guard label.displayWidth + 2 <= column else { return "\(label)\n\(text)" }
            return label + text.dropFirst(label.displayWidth)
        }
        return ([title] + lines).joined(separator: "\n")
    }

    private func joined(_ sections: [String?]) -> String {
        sections.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private func wrapped(_ text: String, indent: Int = 0) -> String {
        text.wrapped(to: max(width - indent, 20))
            .map { $0.isEmpty ? "" : String(repeating: " ", count: indent) + $0 }
            .joined(separator: "\n")
    }
}

/// What help tells once for all commands.
enum HelpTopic: String, CaseIterable {
    case options
    case environment
    case exitCodes = "exit-codes"
}
