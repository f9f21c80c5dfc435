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
