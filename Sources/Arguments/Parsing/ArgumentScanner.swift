/// Sorts the words of a command line by command and parameter, without reading their values.
struct ArgumentScanner {
    enum Request: Equatable {
        case run
        case help
        case version
    }

    /// From the root to the command named so far.
    private(set) var path: [CommandOutline]
    private(set) var words: [String: [String]] = [:]
    private(set) var globalWords: [String: [String]] = [:]
    /// What help was asked for beside commands.
    private(set) var topic: HelpTopic?

    private let globals: [ParameterSpec]
    private var rest: ArraySlice<String> = []
    private var request: Request?
    private var argumentCount = 0

    init(program: ProgramOutline) {
        self.path = [program.root]
        self.globals = program.globals
    }

    private var command: CommandOutline { path[path.count - 1] }

    mutating func scan(_ arguments: [String]) throws -> Request {
        rest = arguments[...]
        var onlyArguments = false
        while request == nil, let word = rest.popFirst() {
            if onlyArguments || Self.isValue(word) {
                try takeArgument(word)
            } else if word == "--" {
                onlyArguments = true
            } else if word.hasPrefix("--") {
                try takeLongOption(word)
            } else {
                try takeShortOptions(word)
            }
        }
        // How much to say of the version may stand behind it; anything else there does not matter.
        while request == .version, let word = rest.popFirst() {
            if word.hasPrefix("--") { try? takeLongOption(word) } else { try? takeShortOptions(word) }
        }
        return request ?? .run
    }

    // MARK: Arguments and commands

    private mutating func takeArgument(_ word: String) throws {
        guard command.subcommands.isEmpty else { return try takeCommand(word) }
        let arguments = command.parameters.filter { $0.kind == .argument }
        guard let spec = argumentCount < arguments.count ? arguments[argumentCount] : nil else {
            throw UsageProblem.unexpectedArgument(word)
        }
        words[spec.name, default: []].append(word)
        if !spec.isRepeated { argumentCount += 1 }
    }

    private mutating func takeCommand(_ word: String) throws {
        if let subcommand = command.subcommand(named: word) {
            path.append(subcommand)
        } else if word == "help" {
            if path.count == 1, rest.count == 1, let word = rest.first, command.subcommand(named: word) == nil
            {
                topic = HelpTopic(rawValue: word)
            }
            while topic == nil, let name = rest.popFirst() { try takeArgument(name) }
            request = .help
        } else {
            let names = command.subcommands.map(\.signature.name) + ["help"]
            throw UsageProblem.unknownCommand(word, suggestion: Suggestion.nearest(to: word, among: names))
        }
    }

    // MARK: Options

    private mutating func takeLongOption(_ word: String) throws {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let spelling = String(parts[0])
        let spec = try spec(spelledAs: spelling)
        if spec.takesValue {
            record(try parts.count > 1 ? String(parts[1]) : takeValue(of: spec, spelling), for: spec)
        } else {
            guard parts.count == 1 else { throw UsageProblem.unexpectedValue(option: spelling) }
            record(spelling == spec.display ? "true" : "false", for: spec)
        }
    }

    private mutating func takeShortOptions(_ word: String) throws {
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            let spec = try spec(spelledAs: "-\(letter)", in: word)
            guard spec.takesValue else {
                record("true", for: spec)
                continue
            }
            if letters.isEmpty { return record(try takeValue(of: spec, "-\(letter)"), for: spec) }
            return record(String(letters.first == "=" ? letters.dropFirst() : letters), for: spec)
        }
    }

    private mutating func takeValue(of spec: ParameterSpec, _ spelling: String) throws -> String {
        if let bareValue = spec.bareValue {
            return rest.first.map(spec.allowedValues.contains) == true ? rest.removeFirst() : bareValue
        }
        guard let word = rest.first, Self.isValue(word) else {
            throw UsageProblem.missingValue(option: spelling, placeholder: spec.placeholder)
        }
        return rest.removeFirst()
    }

    private func spec(spelledAs spelling: String, in word: String? = nil) throws -> ParameterSpec {
        let known = command.parameters + globals
        if let spec = known.first(where: { $0.spellings.contains(spelling) }) { return spec }
        // A long option with one dash scans as letters; the whole word tells what was meant.
        let meant = word.map { $0.count > 2 ? "-\($0)" : $0 } ?? spelling
        let candidates = known.flatMap(\.spellings).filter { $0.hasPrefix("--") }
        throw UsageProblem.unknownOption(
            word ?? spelling,
            suggestion: meant.count > 3 ? Suggestion.nearest(to: meant, among: candidates) : nil
        )
    }

    private mutating func record(_ value: String, for spec: ParameterSpec) {
        if command.parameters.contains(where: { $0.name == spec.name }) {
            words[spec.name, default: []].append(value)
        } else {
            globalWords[spec.name, default: []].append(value)
            if spec.name == ParameterSpec.help.name { request = .help }
            if spec.name == ParameterSpec.version.name { request = .version }
        }
    }

    /// Whether a word is no option: plain text, a lone dash for standard input, or a negative number.
    private static func isValue(_ word: String) -> Bool {
        guard word.hasPrefix("-"), word != "-" else { return true }
        return word.dropFirst().first { $0 != "." }.map { ("0"..."9").contains($0) } ?? false
    }
}
