/// A script that teaches a shell to complete a program's command line.
struct CompletionScript {
    let program: ProgramOutline
    let shell: Shell

    var text: String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// The program's name as part of a function's name.
    var function: String { Self.identifier(program.name) }

    /// The command line that prints the names for completion; a shell waits for no server that does not answer.
    func namesOutput(_ words: String) -> String {
        "PGCONNECT_TIMEOUT=2 command \(program.name) \(words) 2>/dev/null"
    }

    static func identifier(_ text: String) -> String {
        String(text.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }

    /// Patterns of a shell's `case` that match a spelling of the option after the command `path`; an asterisk is any.
    func patterns(_ spec: ParameterSpec, after path: String) -> [String] {
        spec.spellings.map { spelling in
            // Only fish takes an asterisk within quotes for a wildcard.
            path == "*" && shell != .fish
                ? "*" + shell.quoted(":\(spelling)") : shell.quoted("\(path):\(spelling)")
        }
    }
}

/// A shell that completion scripts exist for.
public enum Shell: String, ArgumentValue, CaseIterable {
    /// GNU bash.
    case bash
    /// The Z shell.
    case zsh
    /// The friendly interactive shell.
    case fish

    /// How help calls it.
    public static var placeholder: String { "SHELL" }

    /// The text as one word of the shell.
    func quoted(_ text: String) -> String {
        let escaped = text.flatMap { character in
            switch character {
            case "'": self == .fish ? "\\'" : "'\\''"
            case "\\": self == .fish ? "\\\\" : "\\"
            default: String(character)
            }
        }
        return "'" + String(escaped) + "'"
    }
}
